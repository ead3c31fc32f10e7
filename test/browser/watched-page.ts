import type { Browser, BrowserContext, BrowserContextOptions, Page, Response } from "playwright-core"

/** What a good page has none of. */
export interface Complaints {
  /** Messages of console.error and of the browser itself, such as a resource that failed to load. */
  console: string[]
  /** Exceptions that nobody caught. */
  errors: string[]
  /** Violations of the page's Content-Security-Policy: `script-src-elem: https://…`. */
  policy: string[]
  /** URLs asked for at other origins. */
  foreign: string[]
}

export interface WatchedPage {
  readonly page: Page
  readonly context: BrowserContext
  /** Answer to the first request. */
  readonly response: Response | null
  /** Everything since the page was opened; for an assertion that a page is clean, equal to {@link CLEAN}. */
  complaints(): Complaints
  close(): Promise<void>
}

export const CLEAN: Complaints = { console: [], errors: [], policy: [], foreign: [] }

const TIMEOUT = 15_000

export async function openWatchedPage(
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<WatchedPage> {
  const context = await browser.newContext(options)
  context.setDefaultTimeout(TIMEOUT)
  const page = await context.newPage()
  const complaints: Complaints = { console: [], errors: [], policy: [], foreign: [] }
  const { origin } = new URL(url)

  page.on("console", (message) => {
    if (message.type() === "error")
      complaints.console.push(`${message.text()} ${message.location().url}`.trim())
  })
  page.on("pageerror", (error) => complaints.errors.push(error.stack ?? String(error)))
  context.on("request", (request) => {
    const asked = new URL(request.url())
    // blob: and data: go nowhere.
    if (/^(https?|wss?):$/.test(asked.protocol) && asked.origin !== origin)
      complaints.foreign.push(asked.href)
  })
  await page.exposeFunction("__policyViolated", (violation: string) => complaints.policy.push(violation))
  await page.addInitScript(reportViolations)

  const response = await page.goto(url, { timeout: TIMEOUT })
  return {
    page,
    context,
    response,
    complaints: () => structuredClone(complaints),
    close: () => context.close(),
  }
}

/** Runs in the page, before any of its own scripts. */
function reportViolations(): void {
  document.addEventListener("securitypolicyviolation", (event) => {
    const report = (globalThis as { __policyViolated?: (violation: string) => void }).__policyViolated
    report?.(`${event.effectiveDirective}: ${event.blockedURI}`)
  })
}
