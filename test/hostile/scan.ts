/** What a page of ours is made of: whatever else is found in one, a share has brought. */
export interface Allowed {
  tags: readonly string[]
  attributes: readonly string[]
  /** Attributes that hold what a share says. */
  telling: readonly string[]
  /** Ids whose elements are the page's own, and how each of them stands in it. */
  own: readonly string[]
}

export interface Scanned {
  /** What must not be there. */
  faults: string[]
  /** How our own elements, the built-in objects and the window look: the same on every page. */
  looks: Record<string, string>
  /** Attacks that the page tells of, by their numbers. */
  told: number[]
  elements: number
}

/** Runs in the page: looks at every element and at what scripts rely on. */
export function scan(allowed: Allowed): Scanned {
  const [HTML, SVG, DRAWN] = [
    "http://www.w3.org/1999/xhtml",
    "http://www.w3.org/2000/svg",
    /^(?:svg|rect|line)$/,
  ]
  const faults: string[] = []
  const tags = new Set(allowed.tags)
  const attributes = new Set(allowed.attributes)
  const telling = new Set(allowed.telling)
  const ids = new Set<string>()
  let elements = 0

  function fault(what: string, element: Element): void {
    if (faults.length < 50) faults.push(`${what}: ${element.outerHTML.slice(0, 200)}`)
  }

  function lookAtLink(element: Element, href: string): void {
    if (href === "" || /^(?:#|\?show=|\/$|\/(?:shares?|assets)\/)/.test(href)) return
    const link = element as HTMLAnchorElement
    const away = /\bnoopener\b.*\bnoreferrer\b/.test(link.rel) && link.target === "_blank"
    // A browser goes nowhere by an address that it cannot read, of which it tells no scheme.
    if (!/^(?:https?:|mailto:|:)$/.test(link.protocol) || !away) fault("link", element)
  }

  function lookAt(element: Element): void {
    elements++
    const { localName } = element
    const drawn = DRAWN.test(localName)
    if (!drawn && !tags.has(localName)) fault("element", element)
    if (element.namespaceURI !== (drawn ? SVG : HTML)) fault("foreign element", element)
    for (const { name, value } of element.attributes) {
      if (!attributes.has(name) && !/^(?:data|aria)-[a-z-]+$/.test(name)) fault(`attribute ${name}`, element)
      if (!telling.has(name) && /pwned|canary/i.test(value)) fault(`said in ${name}`, element)
    }
    const { id } = element
    if (id !== "" && ids.has(id)) fault(`second #${id}`, element)
    ids.add(id)
    const href = element.getAttribute("href")
    if (localName === "a" && href !== null) lookAtLink(element, href)
    if (localName === "link" && (element.parentElement !== document.head || !href?.startsWith("/")))
      fault("link", element)
    if (
      localName === "img" &&
      !/^data:image\/(?:png|jpeg|gif|webp|avif)[;,]/.test(element.getAttribute("src") ?? "")
    )
      fault("picture", element)
    if (
      localName === "script" &&
      !element.getAttribute("src")?.startsWith("/assets/") &&
      location.protocol !== "file:"
    )
      fault("script", element)
    if (element instanceof HTMLTemplateElement) lookBelow(element.content)
  }

  function lookBelow(root: ParentNode): void {
    for (const element of root.querySelectorAll("*")) lookAt(element)
  }

  lookBelow(document)

  const looks: Record<string, string> = {}
  for (const id of allowed.own) {
    const element = document.getElementById(id)
    const { localName, parentElement } = element ?? {}
    looks[`#${id}`] = `${localName} in ${parentElement?.localName}#${parentElement?.id}`
  }
  const builtIn: [string, object][] = [
    ["window", globalThis],
    ["document", document],
    ...[
      "Object",
      "Array",
      "String",
      "Function",
      "Promise",
      "Element",
      "Document",
      "Node",
      "EventTarget",
      "JSON",
    ].map((name): [string, object] => {
      const value = (globalThis as unknown as Record<string, { prototype?: object }>)[name] ?? {}
      return [name, value.prototype ?? value]
    }),
  ]
  for (const [name, value] of builtIn) looks[name] = Reflect.ownKeys(value).map(String).sort().join(" ")
  for (const tag of ["form", "input", "select", "script", "style", "link", "meta", "body"])
    looks[tag] = String(document.querySelectorAll(tag).length)
  looks.names = [...document.querySelectorAll("[name]")]
    .map((one) => `${one.localName} ${one.getAttribute("name")}`)
    .join(", ")
  looks["of the body"] = document.body.getAttributeNames().join(" ")
  looks.frames = String(globalThis.length)
  looks.polluted = String(({} as { polluted?: unknown }).polluted)
  // A named form or picture takes the place of what a document has by itself.
  const proto = Object.getOwnPropertyDescriptors(Document.prototype) as Record<string, PropertyDescriptor>
  const taken = Object.entries(proto).filter(([name, { value, get }]) => {
    const mine = (document as unknown as Record<string, unknown>)[name]
    if (typeof value === "function") return name !== "constructor" && mine !== value
    return (
      [
        "body",
        "head",
        "forms",
        "images",
        "links",
        "defaultView",
        "implementation",
        "scripts",
        "cookie",
        "documentElement",
      ].includes(name) && mine !== get?.call(document)
    )
  })
  looks.taken = taken.map(([name]) => name).join(" ")

  const text = `${document.documentElement.outerHTML}`
  const told = [...new Set([...text.matchAll(/(?<!\d)1\d{4}(?!\d)/g)].map(([number]) => Number(number)))]
  return { faults, looks, told, elements }
}
