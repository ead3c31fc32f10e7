import type { Vector } from "./vector.ts"

/** Elements of our own pages, and what scripts look for on a document or a window. */
const CLOBBERED = [
  ...["page", "log", "summary", "contents", "live", "view", "use", "map", "waiting", "changes", "others"],
  ...["results", "warning", "opening", "search-link", "changes-link", "outline-button", "show", "file-"],
  ...["document", "window", "location", "body", "head", "documentElement", "defaultView", "cookie", "domain"],
  ...["getElementById", "querySelector", "querySelectorAll", "createElement", "forms", "images", "links"],
  ...["currentScript", "implementation", "trustedTypes", "CSS", "navigator", "localStorage", "name", "top"],
  ...["self", "parent", "opener", "attributes", "children", "childNodes", "firstChild", "innerHTML", "id"],
  ...["m-page", "p-log", "s-summary", "msg_page.head", "prt_1.turn.work.log", "page:log", "."],
] as const

/** Names that objects have from birth, or that change what an object is. */
const INHERITED = [
  ...["__proto__", "constructor", "prototype", "toString", "valueOf", "hasOwnProperty", "toJSON", "then"],
  ...["__defineGetter__", "__lookupSetter__", "isPrototypeOf", "propertyIsEnumerable", "toLocaleString"],
  ...[
    "length",
    "caller",
    "arguments",
    "Symbol.iterator",
    "undefined",
    "null",
    "NaN",
    "true",
    "Infinity",
    "-0",
  ],
] as const

/** Names as values, as ids, as keys, as types: whatever looks something up by what a share says. */
export const NAMES: readonly Vector[] = [
  ...CLOBBERED,
  ...INHERITED,
  "__proto__.polluted",
  "__proto__[polluted]={n}",
  "constructor.prototype.polluted",
  "constructor[prototype][polluted]={n}",
  '{"__proto__":{"polluted":{n}}}',
  '{"constructor":{"prototype":{"polluted":{n}}}}',
  '[{"__proto__":null,"toString":"{js}"}]',
  "<a id=page name=page>{n}</a><a id=page>",
  "<form id=document name=body><input name=getElementById><input name=innerHTML>",
  "<form name=page><output id=log></output></form>",
  "<img name=getElementById><img name=currentScript>",
  "<iframe name=self srcdoc='<a id=x>'></iframe>",
  "<object id=trustedTypes><param name=createPolicy></object>",
  "<a id=CSS><a id=CSS name=supports href='{url}'>",
  "<a id=defaultView href='javascript:{js}'>",
  "<input form=search name=action value={n}>",
  "<form id=x{n}><input name=attributes><input name=parentNode>",
  "<embed name=querySelector><embed name=body>",
]
