import { launchBrowser } from "../test/browser/browser.ts"
import { itemsOf } from "../test/items.ts"
import { createNativeClient } from "../test/native-client.ts"
import { provideChromium } from "../test/provision/chromium.ts"
import { waitFor } from "../test/wait.ts"
import { createWorld } from "../test/world.ts"
import { quantile, report } from "./report.ts"

// How long from a sync to the changed page: a real server, a real browser, both on this machine and its one clock.

const MESSAGES_BEFORE = 300
const SYNCS = 200

const world = await createWorld()
const browser = await launchBrowser(await provideChromium())
const client = createNativeClient(world.url)
const { session, user, assistant, text } = itemsOf("ses_1")
const { id, secret } = (await client.create("ses_1")).body

const history = Array.from({ length: MESSAGES_BEFORE }, (_, i) => [
  i % 10 === 0 ? user(`msg_${1000 + i}`, i) : assistant(`msg_${1000 + i}`, i),
  text(`msg_${1000 + i}`, `prt_${1000 + i}`, `Some **words** about step ${i}, and \`code\`. `.repeat(8)),
]).flat()
await client.sync(id, secret, [session(), ...history])

const { page } = await browser.open(`${world.url}/share/${id}`)
await page.locator("#live.live").waitFor()
await page.evaluate(() => {
  const seen: Record<string, number> = {}
  Object.assign(window, { seen })
  new MutationObserver(() => {
    for (const [mark] of document.body.innerText.matchAll(/mark-\d+/g)) seen[mark] ??= Date.now()
  }).observe(document.body, { childList: true, subtree: true, characterData: true })
})

const sent: number[] = []
const answered: number[] = []
for (let i = 0; i < SYNCS; i++) {
  const message = `msg_${2000 + (i >> 3)}`
  const started = Date.now()
  sent.push(started)
  await client.sync(id, secret, [
    assistant(message, 2000 + (i >> 3)),
    text(message, `prt_${2000 + i}`, `It says mark-${i}.`),
  ])
  answered.push(Date.now() - started)
  await new Promise((resolve) => setTimeout(resolve, 40))
}
const seen = await waitFor("every mark on the page", async () => {
  const marks = await page.evaluate<Record<string, number>>("window.seen")
  return Object.keys(marks).length === SYNCS && marks
})
const latencies = sent.map((at, i) => (seen[`mark-${i}`] ?? Number.NaN) - at)

report(`From sync to changed page (${SYNCS} syncs to a page of ${MESSAGES_BEFORE} messages)`, {
  "sync answered, p50": `${quantile(answered, 0.5)} ms`,
  "sync answered, p95": `${quantile(answered, 0.95)} ms`,
  "page changed, p50": `${quantile(latencies, 0.5)} ms`,
  "page changed, p95": `${quantile(latencies, 0.95)} ms`,
  "page changed, slowest": `${Math.max(...latencies)} ms`,
})
await browser.close()
await world.close()
