import { type Browser, type BrowserContextOptions, chromium } from "playwright-core"
import { openWatchedPage, type WatchedPage } from "./watched-page.ts"

export interface TestBrowser {
  readonly browser: Browser
  /** Opens a URL in a fresh context: no cookies, no cache, and everything that goes wrong written down. */
  open(url: string, options?: BrowserContextOptions): Promise<WatchedPage>
  close(): Promise<void>
}

const ARGS = [
  // In containers there are neither a GPU nor, as root, the sandbox's privileges.
  "--no-sandbox",
  "--disable-gpu",
  // What a browser asks the network for on its own.
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
]

/** @param executablePath `inject("chromiumPath")` */
export async function launchBrowser(executablePath: string): Promise<TestBrowser> {
  const browser = await chromium.launch({ executablePath, args: ARGS, timeout: 60_000 })
  return {
    browser,
    open: (url, options) => openWatchedPage(browser, url, options),
    close: () => browser.close(),
  }
}
