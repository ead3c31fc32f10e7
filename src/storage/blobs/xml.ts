/** An element of an XML document; its attributes are left out, as S3 says nothing in them. */
export interface XmlElement {
  name: string
  children: readonly XmlElement[]
  /** Its own text, entities decoded; what stands between children is dropped. */
  text: string
}

const NAME = "[A-Za-z_][\\w.:-]*"
const TOKEN = new RegExp(
  [
    "<\\?[\\s\\S]*?\\?>",
    "<!--[\\s\\S]*?-->",
    "<!\\[CDATA\\[(?<raw>[\\s\\S]*?)\\]\\]>",
    `</(?<closed>${NAME})\\s*>`,
    `<(?<opened>${NAME})(?:\\s+${NAME}\\s*=\\s*(?:"[^"<]*"|'[^'<]*'))*\\s*(?<empty>/?)>`,
    "(?<text>[^<]+)",
  ].join("|"),
  "y",
)

/**
 * Parses the XML that S3 answers with, and throws a SyntaxError on everything else: a cut-off answer, a page of some
 * proxy, a document type (and with it every entity but the five of XML).
 */
export function parseXml(source: string): XmlElement {
  const root: OpenElement = { name: "", children: [], text: "" }
  const open: OpenElement[] = [root]
  // S3 sends white space to keep a connection open while it works, also before the declaration.
  const text = source.trim()
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex
    const groups = TOKEN.exec(text)?.groups
    const top = open.at(-1)
    if (!groups || !top) throw new SyntaxError(`not XML at character ${at}`)
    const { raw, closed, opened, empty, text: run } = groups
    if (opened !== undefined) {
      const element: OpenElement = { name: opened, children: [], text: "" }
      top.children.push(element)
      if (empty === "") open.push(element)
    } else if (closed !== undefined) {
      if (closed !== top.name) throw new SyntaxError(`</${closed}> closes <${top.name}>`)
      open.pop()
    } else top.text += raw ?? decodeEntities(run ?? "")
  }
  const [element, second] = root.children
  if (!element || second || open.length !== 1 || root.text.trim() !== "") {
    throw new SyntaxError("not one whole XML element")
  }
  return element
}

interface OpenElement extends XmlElement {
  children: OpenElement[]
}

export function childrenNamed(element: XmlElement, name: string): XmlElement[] {
  return element.children.filter((child) => child.name === name)
}

/** The text of the first child of that name. */
export function childText(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text
}

export function escapeXml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
}

const ENTITIES = new Map(Object.entries({ amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" }))

function decodeEntities(text: string): string {
  return text.replace(/&([^;&\s]*);?/g, (whole, name: string) => {
    const [, hex, decimal] = /^#(?:x([0-9a-f]{1,6})|(\d{1,7}))$/i.exec(name) ?? []
    const point = hex ? Number.parseInt(hex, 16) : Number(decimal ?? Number.NaN)
    const character = point <= 0x10ffff ? String.fromCodePoint(point) : ENTITIES.get(name)
    if (character === undefined || !whole.endsWith(";")) throw new SyntaxError(`unknown entity ${whole}`)
    return character
  })
}
