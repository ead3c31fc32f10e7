import fc from "fast-check"
import { ROUTES } from "../../src/protocol/routes.ts"
import { evilText } from "./evil.ts"

/** A header that nobody knows. */
const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/)

const KNOWN_HEADERS = [
  "accept",
  "accept-encoding",
  "accept-language",
  "authorization",
  "cache-control",
  "content-encoding",
  "content-type",
  "cookie",
  "expect",
  "forwarded",
  "if-match",
  "if-modified-since",
  "if-none-match",
  "last-event-id",
  "origin",
  "range",
  "referer",
  "te",
  "trailer",
  "upgrade",
  "user-agent",
  "x-forwarded-for",
  "x-share-secret",
  "x-request-id",
  "x-http-method-override",
  "sec-fetch-site",
  "content-length",
  "transfer-encoding",
  "host",
  "connection",
]
const VALUES = [
  "",
  "*",
  "*/*",
  "text/html;q=0",
  "text/markdown",
  "application/json",
  "text/plain;q=2",
  ",,,;",
  "gzip",
  "br",
  "identity;q=0",
  "gzip, deflate, br",
  "100-continue",
  "Basic",
  "Basic !!!!",
  "Bearer",
  "Bearer x",
  "bytes=0-",
  "bytes=5-1,-1",
  '"',
  'W/"x"',
  "application/json; charset=utf-16",
  "multipart/form-data; boundary=x",
  "-1",
  "1e9",
  "99999999999999999999",
  "chunked",
  "a=b; a=b; __proto__=c",
  "text/event-stream",
  "keep-alive",
  "upgrade",
  "websocket",
]

export const header: fc.Arbitrary<[string, string]> = fc.tuple(
  fc.oneof({ arbitrary: fc.constantFrom(...KNOWN_HEADERS), weight: 4 }, token, evilText),
  fc.oneof({ arbitrary: fc.constantFrom(...VALUES), weight: 4 }, evilText),
)

const query = fc.oneof(
  { arbitrary: fc.constant(""), weight: 4 },
  fc
    .array(
      fc.tuple(
        fc.constantFrom(
          "q",
          "from",
          "to",
          "show",
          "tools",
          "session",
          "revision",
          "file",
          "signature",
          "expires",
          "__proto__",
        ),
        fc.oneof(
          fc.constantFrom("msg_1", "1", "0", "-1", "all", "full", "none", "99999999999999999999"),
          evilText,
        ),
      ),
      { maxLength: 4 },
    )
    .map((pairs) =>
      pairs.length === 0 ? "" : `?${pairs.map(([name, value]) => `${name}=${encode(value)}`).join("&")}`,
    ),
  fc.constantFrom("?", "?&&&", "?q", "?q=%", "?q=%ff", "?=&=", "?q[]=1", "?revision=1&revision=2"),
)

/** Percent-encoding of what may be no well-formed text. */
function encode(text: string): string {
  return encodeURIComponent(text.replace(/[\ud800-\udfff]/gu, "\ufffd"))
}

/** `{id}` stands for a share's, of those that there are. */
const PATHS = [
  ...Object.values(ROUTES).map(({ path }) => path.replace(":id", "{id}").replace(":segment", "{segment}")),
  ...[
    "/share/{id}",
    "/share/{id}.md",
    "/share/{id}.txt",
    "/share/{id}.json",
    "/share/{id}.html",
    "/share/{id}.exe",
    "/s/{id}",
    "/s/{id}.md",
  ],
  ...[
    "/share/{id}/search",
    "/share/{id}/changes",
    "/share/{id}/card.png",
    "/share/{id}/part/prt_1",
    "/share/{id}/part/{evil}",
  ],
  ...[
    "/share/{id}/session/{evil}",
    "/share/{evil}",
    "/api/share/{evil}/data",
    "/api/share/{id}/segments/{evil}",
    "/api/upload/{evil}",
  ],
  ...[
    "/",
    "/plugin.js",
    "/robots.txt",
    "/favicon.ico",
    "/t/x",
    "/t/x/api/share",
    "/t/{evil}/api/share/{id}/data",
    "/assets/{evil}",
  ],
  ...[
    "/api/doc",
    "/api/health/",
    "//",
    "/share//",
    "/api/share/{id}/data///",
    "/{evil}",
    "/api/../share/{id}",
    "*",
  ],
]

export const path: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom(...PATHS), evilText, query)
  .map(([template, evil, rest]) => `${template.replaceAll("{evil}", encode(evil))}${rest}`)

export const method = fc.oneof(
  { arbitrary: fc.constant("GET"), weight: 6 },
  { arbitrary: fc.constantFrom("POST", "DELETE", "PUT", "HEAD"), weight: 3 },
  fc.constantFrom("OPTIONS", "PATCH", "TRACE", "PROPFIND"),
)
