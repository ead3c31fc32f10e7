import { mkdir, readFile } from "node:fs/promises"
import { join, resolve } from "node:path"
import { createFold } from "../src/protocol/fold.ts"
import type { Item } from "../src/protocol/item.ts"
import { launchBrowser, type TestBrowser } from "../test/browser/browser.ts"
import { createEncryptedShare } from "../test/encrypted-client.ts"
import { kitchenSink, ROOT } from "../test/fixtures/viewer/kitchen-sink.ts"
import { subagents, TREE_ROOT } from "../test/fixtures/viewer/subagents.ts"
import { createNativeClient } from "../test/native-client.ts"
import { provideChromium } from "../test/provision/chromium.ts"
import { streamedSession } from "../test/streamed-session.ts"
import { createWorld, type World } from "../test/world.ts"

/**
 * Takes pictures of a fixed set of pages of a real server, narrow and wide, light and dark:
 * `npm run gallery -- [folder] [only]`. A message on the console, a violation of the policy and a page that scrolls
 * sideways fail the run.
 */

const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
]
const SCHEMES = ["light", "dark"] as const
const SMALL_ROOT = "ses_e0411c22dffeowc7ZskwPiINoM"
/** Of a picture; a long session is more than anybody looks at. CSS pixels. */
const TALLEST = 12_000

const [folder = "gallery", only = ""] = process.argv.slice(2)
const outdir = resolve(folder)

const world = await createWorld({ sample: true })
const browser = await launchBrowser(await provideChromium())
const operator = await operatorsCookie(world)
const faults: string[] = []
try {
  await mkdir(outdir, { recursive: true })
  for (const [name, url] of await publish(world)) {
    if (!name.includes(only)) continue
    for (const colorScheme of SCHEMES) {
      for (const viewport of SIZES)
        faults.push(...(await photograph(browser, { name, url, colorScheme, viewport })))
    }
  }
} finally {
  await browser.close()
  await world.close()
}
if (faults.length > 0) {
  console.error(`Pages complained:\n${[...new Set(faults)].join("\n")}`)
  process.exitCode = 1
}

/** Shares of every kind, and the addresses that are looked at. */
async function publish(world: World): Promise<Map<string, string>> {
  const { url } = world
  await fillDesk(world)
  const small = JSON.parse(await readFile("test/fixtures/viewer/small.json", "utf8")) as Item[]
  const sink = await share(url, ROOT, kitchenSink())
  const huge = createFold("ses_huge")
  for (const batch of streamedSession({ sessionID: "ses_huge", messages: 600, partBytes: 3_000_000 }))
    huge.apply(batch)
  const tree = await share(url, TREE_ROOT, subagents())
  const gone = await share(url, "ses_gone", [])
  await gone.remove()
  const encrypted = await createEncryptedShare(url, SMALL_ROOT)
  await encrypted.sync(small)
  const part = kitchenSink().find(({ data }) => JSON.stringify(data).includes("tail -n 480"))
  return new Map([
    ["front", url],
    ["small", (await share(url, SMALL_ROOT, small)).url],
    ["everything", `${sink.url}?show=all`],
    ["prompts", `${sink.url}?show=prompts`],
    ["range", `${sink.url}?from=2&to=4`],
    ["changes", `${sink.url}/changes`],
    ["search", `${sink.url}/search?q=jitter`],
    ["part", `${sink.url}/part/${(part?.data as { id?: string } | undefined)?.id}`],
    ["subagents", tree.url],
    ["subagent", `${tree.url}/session/ses_7a11e0000003Tests`],
    ["huge", (await share(url, "ses_huge", [...huge.items()])).url],
    ["encrypted", encrypted.link],
    ["waiting", (await share(url, "ses_waiting", [])).url],
    ["gone", gone.url],
    ["admin", `${url}/admin`],
    ["admin-shares", `${url}/admin/shares`],
    ["admin-share", `${url}/admin/shares/${new URL(sink.url).pathname.split("/").at(-1)}`],
    ["admin-tokens", `${url}/admin/tokens`],
    ["admin-blocks", `${url}/admin/blocks`],
    ["admin-audit", `${url}/admin/audit`],
  ])
}

async function share(server: string, sessionID: string, items: Item[]) {
  const client = createNativeClient(server)
  const { id, secret } = (await client.create(sessionID)).body
  for (let at = 0; at < items.length; at += 2_000) await client.sync(id, secret, items.slice(at, at + 2_000))
  return { url: `${server}/share/${id}`, remove: () => client.remove(id, secret) }
}

/** What the operator's pages list. */
async function fillDesk({ trust: { tokens, blocks } }: World): Promise<void> {
  const by = { actor: "admin" }
  await tokens.create({ name: "team", by })
  const { token } = await tokens.create({ name: "old-laptop", by })
  await tokens.revoke({ id: token.id, by })
  await blocks.add({ kind: "address", value: "192.0.2.0/24", reason: "Thousands of empty shares.", by })
}

/** Lets a browser in as admin. */
async function operatorsCookie({ url, trust }: World) {
  const { secret } = await trust.sessions.start("admin", {})
  return { name: "better-share-admin", value: secret, url, httpOnly: true, sameSite: "Strict" } as const
}

interface Shot {
  name: string
  url: string
  colorScheme: (typeof SCHEMES)[number]
  viewport: (typeof SIZES)[number]
}

async function photograph(browser: TestBrowser, shot: Shot): Promise<string[]> {
  const { name, url, colorScheme, viewport } = shot
  const where = `${name}, ${viewport.width} wide, ${colorScheme}`
  const open = await browser.open(url, { colorScheme, viewport, timezoneId: "Europe/Berlin" })
  const { page } = open
  if (name.startsWith("admin")) {
    await open.context.addCookies([operator])
    await page.goto(url)
  }
  await page.locator("h1").first().waitFor()
  // Encrypted pages are drawn a moment later.
  await page.waitForTimeout(300)
  const wide = await page.evaluate(widest)
  const height = Math.min(TALLEST, await page.evaluate(() => document.documentElement.scrollHeight))
  await page.setViewportSize({ width: viewport.width, height })
  await page.screenshot({ path: join(outdir, `${name}-${viewport.width}-${colorScheme}.png`) })
  const said = Object.values(open.complaints())
    .flat()
    .filter((complaint) => name !== "gone" || !/410/.test(complaint))
  await open.close()
  return [
    ...(wide ? [`${where}: wider than its window: ${wide}`] : []),
    ...said.map((one) => `${where}: ${one}`),
  ]
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
