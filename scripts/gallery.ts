import { mkdir, readdir, readFile } from "node:fs/promises"
import { createServer, type Server } from "node:http"
import type { AddressInfo } from "node:net"
import { join, resolve } from "node:path"
import { type Browser, chromium } from "playwright-core"
import { buildAssets } from "../build/build.mjs"
import { createFold, fold } from "../src/protocol/fold.ts"
import type { Item } from "../src/protocol/item.ts"
import { renderHome } from "../src/viewer/home.ts"
import { renderMessagePage } from "../src/viewer/message-page.ts"
import { renderSharePage, type SharePage } from "../src/viewer/page.ts"
import { renderPartPage } from "../src/viewer/part-page.ts"
import { kitchenSink, ROOT } from "../test/fixtures/viewer/kitchen-sink.ts"

/**
 * Takes pictures of the pages: `npx tsx scripts/gallery.ts [outdir]`. Pages are served under the policy that the
 * server sends, and any console message or violation of the policy fails the run.
 */

const CSP =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types better-share"
const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
  { width: 1680, height: 1000 },
]
const SCHEMES = ["light", "dark"] as const
const ARGUMENTS =
  "--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync"

const SMALL_ROOT = "ses_e0411c22dffeowc7ZskwPiINoM"
const outdir = resolve(process.argv[2] ?? "gallery")
const only = process.argv[3]

async function main(): Promise<void> {
  await mkdir(outdir, { recursive: true })
  const assetDir = join(outdir, "assets")
  await buildAssets(assetDir)
  const pages = await createPages(await assetUrls(assetDir))
  const server = await serve(pages, assetDir)
  const browser = await chromium.launch({
    executablePath: process.env.CHROME_PATH ?? "/usr/bin/chromium",
    args: ARGUMENTS.split(" "),
  })
  try {
    const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const faults: string[] = []
    for (const path of pages.keys()) faults.push(...(await photograph(browser, origin, path)))
    if (faults.length > 0) throw new Error(`Pages complained:\n${[...new Set(faults)].join("\n")}`)
  } finally {
    await browser.close()
    server.closeAllConnections()
    server.close()
  }
}

async function assetUrls(dir: string): Promise<SharePage["context"]["assets"]> {
  const names = await readdir(dir)
  const find = (pattern: RegExp) => `/assets/${names.find((name) => pattern.test(name)) ?? ""}`
  const theme = { script: find(/^theme-.*\.js$/), themes: find(/^themes-.*\.css$/) }
  return { script: find(/^page-.*\.js$/), style: find(/^style-.*\.css$/), theme }
}

type Pages = ReadonlyMap<string, () => string>

async function createPages(assets: SharePage["context"]["assets"]): Promise<Pages> {
  const small = JSON.parse(await readFile("test/fixtures/viewer/small.json", "utf8")) as Item[]
  const share = (id: string, document: SharePage["document"]): SharePage => ({
    share: { id, revision: 7, createdAt: "2026-10-14T08:12:00.000Z", updatedAt: "2026-10-14T09:40:00.000Z" },
    document,
    context: { shareID: id, assets },
    baseUrl: "https://share.example.com",
  })
  const sink = share("kitchensink00", fold(kitchenSink(), ROOT))
  const waiting = share("waiting00000", createFold(ROOT).document())
  const partID = sink.document.messages
    .flatMap((message) => message.parts)
    .find((part) => JSON.stringify(part).includes("tail -n 480"))?.id
  return new Map([
    ["/small", () => [...renderSharePage(share("smallshare00", fold(small, SMALL_ROOT)))].join("")],
    ["/kitchen-sink", () => [...renderSharePage(sink)].join("")],
    [
      "/kitchen-sink-open",
      () =>
        [...renderSharePage(sink)]
          .join("")
          .replaceAll(/<details(?! open)([^>]*?)(?: open)?>/g, "<details open$1>"),
    ],
    ["/waiting", () => [...renderSharePage(waiting)].join("")],
    ["/part", () => renderPartPage({ ...sink, partID: partID ?? "" }) ?? ""],
    [
      "/gone",
      () =>
        renderMessagePage({
          status: 410,
          title: "This share is gone",
          message: "This share has been removed by its owner.",
          assets,
        }),
    ],
    [
      "/home",
      () =>
        renderHome({
          baseUrl: "https://share.example.com",
          sampleUrl: "/small",
          needsToken: true,
          version: "0.1.0",
          assets,
        }),
    ],
  ])
}

async function serve(pages: Pages, assetDir: string): Promise<Server> {
  const server = createServer(async (request, response) => {
    const path = new URL(request.url ?? "/", "http://localhost").pathname
    const page = pages.get(path)
    if (page) {
      response.writeHead(200, { "content-type": "text/html; charset=utf-8", "content-security-policy": CSP })
      response.end(page())
    } else if (path.startsWith("/assets/")) {
      const type = path.endsWith(".js")
        ? "text/javascript"
        : path.endsWith(".css")
          ? "text/css"
          : "image/svg+xml"
      response.writeHead(200, { "content-type": type })
      response.end(await readFile(join(assetDir, path.slice("/assets/".length))))
    } else if (path.endsWith("/events")) {
      response.writeHead(200, { "content-type": "text/event-stream" })
      response.write(": open\n\n")
    } else {
      response.writeHead(path === "/favicon.ico" ? 204 : 404)
      response.end()
    }
  })
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done))
  return server
}

async function photograph(browser: Browser, origin: string, path: string): Promise<string[]> {
  const faults: string[] = []
  if (only && !path.includes(only)) return faults
  for (const colorScheme of SCHEMES) {
    for (const viewport of SIZES) {
      if (viewport.width === 1680 && (colorScheme === "dark" || path !== "/kitchen-sink")) continue
      const context = await browser.newContext({ viewport, colorScheme, timezoneId: "Europe/Berlin" })
      const page = await context.newPage()
      page.on("console", (message) =>
        faults.push(`${path} ${viewport.width}: ${message.text().slice(0, 160)}`),
      )
      page.on("pageerror", (error) => faults.push(`${path} ${viewport.width}: ${error.message}`))
      await page.goto(origin + path, { waitUntil: "load" })
      const wide = await page.evaluate(widest)
      if (wide) faults.push(`${path} is wider than ${viewport.width}: ${wide}`)
      await page.screenshot({
        path: join(outdir, `${path.slice(1)}-${viewport.width}-${colorScheme}.png`),
        fullPage: true,
      })
      await context.close()
    }
  }
  return faults
}

/** Runs in the page: names an element that makes it scroll sideways. */
function widest(): string | undefined {
  if (document.documentElement.scrollWidth <= innerWidth) return undefined
  const wide = [...document.querySelectorAll("body *")].filter((element) => {
    if (element.getBoundingClientRect().right <= innerWidth + 1) return false
    for (let at = element.parentElement; at; at = at.parentElement) {
      if (getComputedStyle(at).overflowX !== "visible") return false
    }
    return true
  })
  return wide.map((element) => `${element.tagName}.${element.className}`).join(" ")
}

await main()
