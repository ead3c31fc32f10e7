import type { Browser, BrowserContextOptions, Page, Request } from "playwright-core"
import { type Allowed, type Scanned, scan } from "./scan.ts"

/** A tab in which whatever a share brings about is written down. */
export interface Guard {
  readonly page: Page
  /** Opens an address; what the page asks for from then on must be of this share. */
  open(url: string): Promise<void>
  /** What is on the page at this moment. */
  scan(): Promise<Scanned>
  /** What should not have happened, since the tab was opened. */
  alarms(): string[]
  close(): Promise<void>
}

const TIMEOUT = 20_000

export async function createGuard(browser: Browser, options: BrowserContextOptions = {}): Promise<Guard> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(TIMEOUT)
  const alarms = new Set<string>()
  const alarm = (what: string) => void (alarms.size < 100 && alarms.add(what.slice(0, 300)))
  let expected = new URL("about:blank")

  await context.exposeFunction("__pwned", (n: unknown) => alarm(`script ${n}`))
  await context.exposeFunction("__violated", (what: string) => alarm(`policy ${what}`))
  await context.addInitScript(tellViolations)
  const page = await context.newPage()
  context.on("page", () => alarm("window"))
  context.on("request", (request) => {
    if (!isExpected(request, expected))
      alarm(`${request.resourceType()} ${request.url()} at ${expected.pathname}`)
  })
  page.on("dialog", (dialog) => {
    alarm(`dialog ${dialog.message()}`)
    void dialog.dismiss()
  })
  page.on("console", (message) => {
    if (message.type() === "error") alarm(`console ${message.text()}`)
  })
  page.on("pageerror", (error) => alarm(`error ${error.stack}`))
  page.on("frameattached", () => alarm("frame"))
  page.on("worker", (worker) => alarm(`worker ${worker.url()}`))
  page.on("download", (download) => alarm(`download ${download.url()}`))
  page.on("framenavigated", (frame) => {
    const { pathname } = new URL(frame.url())
    if (pathname !== expected.pathname) alarm(`went to ${frame.url()}`)
  })

  return {
    page,
    async open(url) {
      expected = new URL(url)
      await page.goto(url, { timeout: TIMEOUT })
    },
    scan: () => page.evaluate(scan, ALLOWED),
    alarms: () => [...alarms],
    close: () => context.close(),
  }
}

/** The page itself, what belongs to its share, and our own assets: nothing else, and pictures from nowhere. */
function isExpected(request: Request, at: URL): boolean {
  const asked = new URL(request.url())
  const kind = request.resourceType()
  if (asked.protocol === "data:") return kind === "image"
  if (asked.origin !== at.origin || asked.protocol !== at.protocol) return false
  if (asked.pathname === at.pathname) return kind === "document" || kind === "fetch"
  if (/^\/assets\/[\w.-]+$/.test(asked.pathname)) return true
  const [, id = "none"] = /^\/share\/([^/]+)/.exec(at.pathname) ?? []
  const [, ofApi, ofPages] =
    /^\/api\/share\/([^/]+)\/(?:events|metadata|segments(?:\/[\w.-]+)?)$|^\/share\/([^/]+)(?:\/part\/[^/]+)?$/.exec(
      asked.pathname,
    ) ?? []
  return (ofApi ?? ofPages) === id && (kind === "fetch" || kind === "eventsource")
}

/** Runs in the page, before any of its own scripts. */
function tellViolations(): void {
  document.addEventListener("securitypolicyviolation", (event) => {
    const tell = (globalThis as { __violated?: (what: string) => void }).__violated
    tell?.(`${event.effectiveDirective} ${event.blockedURI} ${event.sample}`)
  })
}

/** Of every page of a share, its export included, when it holds nothing hostile. */
const ALLOWED: Allowed = {
  tags: [
    ...["html", "head", "meta", "title", "link", "style", "script", "noscript", "body"],
    ...[
      "header",
      "nav",
      "main",
      "section",
      "article",
      "footer",
      "figure",
      "figcaption",
      "details",
      "summary",
      "div",
    ],
    ...[
      "h1",
      "h2",
      "h3",
      "h4",
      "h5",
      "h6",
      "p",
      "blockquote",
      "pre",
      "hr",
      "br",
      "ul",
      "ol",
      "li",
      "dl",
      "dt",
      "dd",
    ],
    ...["table", "thead", "tbody", "tr", "th", "td"],
    ...["a", "abbr", "b", "code", "del", "em", "i", "img", "ins", "mark", "q", "s", "span", "strong", "time"],
    ...["button", "dialog", "form", "input", "label", "option", "select"],
  ],
  attributes: [
    ...[
      "lang",
      "charset",
      "content",
      "property",
      "http-equiv",
      "media",
      "rel",
      "type",
      "defer",
      "name",
      "id",
      "class",
    ],
    ...[
      "href",
      "target",
      "title",
      "alt",
      "src",
      "loading",
      "datetime",
      "open",
      "start",
      "tabindex",
      "role",
      "hidden",
    ],
    ...["popover", "popovertarget"],
    ...[
      "action",
      "autocapitalize",
      "autocomplete",
      "enterkeyhint",
      "for",
      "maxlength",
      "method",
      "placeholder",
    ],
    ...[
      "spellcheck",
      "value",
      "height",
      "width",
      "viewBox",
      "preserveAspectRatio",
      "x",
      "y",
      "x1",
      "x2",
      "y1",
      "y2",
    ],
  ],
  telling: ["title", "alt", "href", "content", "aria-label", "id", "value", "placeholder"],
  own: [
    ...["page", "log", "summary", "contents", "results", "live", "view", "use", "show"],
    ...["search-link", "changes-link", "outline-button", "warning"],
  ],
}
