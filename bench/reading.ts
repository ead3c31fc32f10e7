import { type Browser, chromium } from "playwright-core"
import { createFold } from "../src/protocol/fold.ts"
import type { Item } from "../src/protocol/item.ts"
import { createNativeClient } from "../test/native-client.ts"
import { provideChromium } from "../test/provision/chromium.ts"
import { createServerProcess } from "../test/server-process.ts"
import { streamedSession } from "../test/streamed-session.ts"
import { quantile, report } from "./report.ts"

// What a reader waits for: a share opened in a browser with a cold cache, on a processor of a quarter of this one's speed.

interface Goal {
  name: string
  messages: number
  partBytes: number
  /** Chrome's CPU throttle. */
  slowdown: number
  /** At most: milliseconds, bytes. */
  limits: Record<"firstPaint" | "lastPrompt" | "byPermalink" | "longestTask" | "bytes" | "heap", number>
}

const LONG = {
  firstPaint: 800,
  lastPrompt: 2_000,
  byPermalink: 1_500,
  longestTask: 200,
  bytes: 900_000,
  heap: 150e6,
}

const SESSIONS: readonly Goal[] = [
  {
    name: "40 messages",
    messages: 40,
    partBytes: 240_000,
    slowdown: 1,
    limits: { ...LONG, firstPaint: 500, bytes: 120_000 },
  },
  { name: "2,400 messages, 16 MB", messages: 2_400, partBytes: 16_000_000, slowdown: 4, limits: LONG },
  {
    name: "10,000 messages, 200 MB",
    messages: 10_000,
    partBytes: 200_000_000,
    slowdown: 4,
    limits: {
      firstPaint: 1_600,
      lastPrompt: 4_000,
      byPermalink: 3_000,
      longestTask: 400,
      bytes: 1_800_000,
      heap: 300e6,
    },
  },
]
const ROUNDS = Number(process.env.ROUNDS ?? 5)
const ONLY = process.env.ONLY
/** Of one sync. */
const BATCH_BYTES = 8_000_000
const exceeded: string[] = []

const browser = await chromium.launch({
  executablePath: await provideChromium(),
  args: ["--no-sandbox", "--disable-gpu", "--enable-precise-memory-info"],
})
const server = await createServerProcess()
await server.start()
try {
  for (const [at, goal] of SESSIONS.entries()) {
    if (ONLY !== undefined && ONLY !== String(at)) continue
    const { url, lastPrompt } = await publish(`ses_reading${at}`, goal)
    // The first reader waits for the server to fold and render; what is measured is a page.
    for (const address of [url, `${url}#${lastPrompt}`]) {
      const runs: Reading[] = []
      await (await fetch(url)).arrayBuffer()
      for (let round = 0; round < ROUNDS; round++)
        runs.push(await read(browser, address, lastPrompt, goal.slowdown))
      const median = (pick: (reading: Reading) => number) => quantile(runs.map(pick), 0.5)
      const byPermalink = address !== url
      const seen: Record<string, number> = {
        firstPaint: median((run) => run.firstPaint),
        [byPermalink ? "byPermalink" : "lastPrompt"]: median((run) => run.lastPrompt),
        longestTask: median((run) => run.longestTask),
        bytes: median((run) => run.bytes),
        heap: median((run) => run.heap),
      }
      for (const [name, limit] of Object.entries(goal.limits)) {
        const value = seen[name]
        if (value !== undefined && !(value <= limit))
          exceeded.push(`${goal.name}: ${name} ${Math.round(value)}, asked ${limit}`)
      }
      report(
        `${goal.name}, ${goal.slowdown} × throttled${byPermalink ? ", by permalink to the last prompt" : ""}`,
        {
          "first contentful paint": `${Math.round(median((run) => run.firstPaint))} ms`,
          "largest contentful paint": `${Math.round(median((run) => run.largestPaint))} ms`,
          "last prompt readable": `${Math.round(median((run) => run.lastPrompt))} ms`,
          "longest task": `${Math.round(median((run) => run.longestTask))} ms`,
          "over the wire": `${Math.round(median((run) => run.bytes) / 1000)} KB`,
          "of it scripts": `${(median((run) => run.scripts) / 1000).toFixed(1)} KB`,
          "JavaScript heap": `${(median((run) => run.heap) / 1e6).toFixed(1)} MB`,
          elements: `${median((run) => run.elements)}`,
          loaded: `${Math.round(median((run) => run.loaded))} ms`,
        },
      )
    }
  }
} finally {
  await browser.close()
  await server.dispose()
}
if (exceeded.length > 0) {
  console.error(`\nBeyond what was asked:\n${exceeded.join("\n")}`)
  process.exitCode = 1
}

interface Reading {
  /** Milliseconds since the navigation began. */
  firstPaint: number
  largestPaint: number
  lastPrompt: number
  loaded: number
  longestTask: number
  /** As they came, headers included. */
  bytes: number
  scripts: number
  heap: number
  elements: number
}

async function publish(sessionID: string, { messages, partBytes }: Goal) {
  const client = createNativeClient(server.url)
  const fold = createFold(sessionID)
  for (const batch of streamedSession({ sessionID, messages, partBytes })) fold.apply(batch)
  // Behind the making of it, which takes longer than a server keeps an idle connection.
  const { id, secret } = (await client.create(sessionID)).body
  let batch: Item[] = []
  let bytes = 0
  for (const item of fold.items()) {
    batch.push(item)
    bytes += JSON.stringify(item).length
    if (bytes < BATCH_BYTES) continue
    await client.sync(id, secret, batch)
    ;[batch, bytes] = [[], 0]
  }
  await client.sync(id, secret, batch)
  const prompts = fold.document().messages.filter(({ info }) => info.role === "user")
  return { url: `${server.url}/share/${id}`, lastPrompt: prompts.at(-1)?.info.id ?? "" }
}

async function read(browser: Browser, url: string, lastPrompt: string, slowdown: number): Promise<Reading> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } })
  const page = await context.newPage()
  const devtools = await context.newCDPSession(page)
  await devtools.send("Network.enable")
  await devtools.send("Performance.enable")
  await devtools.send("Emulation.setCPUThrottlingRate", { rate: slowdown })
  let [bytes, scripts] = [0, 0]
  const kinds = new Map<string, string>()
  devtools.on("Network.responseReceived", ({ requestId, type }) => void kinds.set(requestId, type))
  devtools.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    bytes += encodedDataLength
    if (kinds.get(requestId) === "Script") scripts += encodedDataLength
  })
  // The runner's compiler names functions by a helper that pages do not have.
  await page.addInitScript("globalThis.__name = (made) => made")
  await page.addInitScript(observe, lastPrompt)
  await page.goto(url, { waitUntil: "load", timeout: 120_000 })
  await page.waitForFunction(() => (globalThis as unknown as Observed).reading.lastPrompt > 0, undefined, {
    timeout: 120_000,
  })
  await page.waitForTimeout(500)
  const seen = await page.evaluate(() => (globalThis as unknown as Observed).reading)
  const { metrics } = await devtools.send("Performance.getMetrics")
  const metric = (name: string) => metrics.find((one) => one.name === name)?.value ?? Number.NaN
  const elements = await page.evaluate(() => document.querySelectorAll("*").length)
  await context.close()
  return { ...seen, bytes, scripts, heap: metric("JSHeapUsedSize"), elements }
}

interface Observed {
  reading: Omit<Reading, "bytes" | "scripts" | "heap" | "elements">
}

/** Runs in the page, before anything of it. */
function observe(lastPrompt: string): void {
  const reading = { firstPaint: 0, largestPaint: 0, lastPrompt: 0, longestTask: 0, loaded: 0 }
  ;(globalThis as unknown as Observed).reading = reading
  new PerformanceObserver((list) => {
    for (const entry of list.getEntriesByName("first-contentful-paint")) reading.firstPaint = entry.startTime
  }).observe({ type: "paint", buffered: true })
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) reading.largestPaint = entry.startTime
  }).observe({ type: "largest-contentful-paint", buffered: true })
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries())
      reading.longestTask = Math.max(reading.longestTask, duration)
  }).observe({ type: "longtask", buffered: true })
  addEventListener("load", () => {
    reading.loaded = performance.now()
  })
  // Readable: there, with its words, and a frame with it has been drawn. By its permalink: in the window as well.
  function look(): void {
    const prompt = document.getElementById(lastPrompt)
    const box = prompt?.querySelector(".part.text, .text")?.getBoundingClientRect()
    const seen = box !== undefined && (!location.hash || (box.top < innerHeight && box.bottom > 0))
    if (seen) requestAnimationFrame(() => setTimeout(() => (reading.lastPrompt = performance.now())))
    else requestAnimationFrame(look)
  }
  requestAnimationFrame(look)
}
