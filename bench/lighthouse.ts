import { readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createFold } from "../src/protocol/fold.ts"
import { createNativeClient } from "../test/native-client.ts"
import { provideChromium } from "../test/provision/chromium.ts"
import { runCommand } from "../test/provision/command.ts"
import { provideLighthouse } from "../test/provision/lighthouse.ts"
import { createServerProcess } from "../test/server-process.ts"
import { streamedSession } from "../test/streamed-session.ts"
import { quantile, report } from "./report.ts"

// Lighthouse's opinion of a share's page on a phone.

const SESSION = { sessionID: "ses_lighthouse", messages: 40, partBytes: 240_000 }
const CATEGORIES = ["performance", "accessibility", "best-practices"]
const LEAST = 0.95
const ROUNDS = 3

const [lighthouse, chrome] = [await provideLighthouse(), await provideChromium()]
const server = await createServerProcess()
await server.start()
const client = createNativeClient(server.url)
const { id, secret } = (await client.create(SESSION.sessionID)).body
const fold = createFold(SESSION.sessionID)
for (const batch of streamedSession(SESSION)) fold.apply(batch)
await client.sync(id, secret, [...fold.items()])

const pages = { "the page": `/share/${id}`, Changes: `/share/${id}/changes`, "the front page": "/" }
let missed = false
for (const [name, path] of Object.entries(pages)) {
  const rounds: Record<string, number>[] = []
  for (let round = 0; round < ROUNDS; round++) rounds.push(await judge(server.url + path))
  const median = (key: string) =>
    quantile(
      rounds.map((one) => one[key] ?? Number.NaN),
      0.5,
    )
  report(`Lighthouse, mobile: ${name}`, {
    ...Object.fromEntries(CATEGORIES.map((one) => [one, String(Math.round(median(one) * 100))])),
    "largest contentful paint, on a slow phone that it simulates": `${Math.round(median("lcp"))} ms`,
    "in all": `${Math.round(median("bytes") / 1000)} KB`,
  })
  missed ||= CATEGORIES.some((one) => !(median(one) >= LEAST))
}
await server.dispose()
if (missed) {
  console.error(`\nBelow ${LEAST * 100}.`)
  process.exitCode = 1
}

async function judge(url: string): Promise<Record<string, number>> {
  const output = join(tmpdir(), `better-share-lighthouse-${process.pid}.json`)
  const flags = "--chrome-flags=--headless=new --no-sandbox --disable-gpu"
  const args = [lighthouse, url, "--quiet", "--output=json", `--output-path=${output}`, flags]
  const categories = `--only-categories=${CATEGORIES.join(",")}`
  const env = { ...process.env, CHROME_PATH: chrome }
  const result = await runCommand(process.execPath, [...args, categories], { timeout: 180_000, env })
  if (!result.ok) throw new Error(result.output)
  const { categories: found, audits } = JSON.parse(await readFile(output, "utf8"))
  await rm(output)
  for (const [key, { score, title }] of Object.entries<{ score: number | null; title: string }>(audits)) {
    if (score !== null && score < 0.9) console.log(`  ${key} ${score}: ${title}`)
  }
  return {
    ...Object.fromEntries(CATEGORIES.map((one) => [one, found[one].score as number])),
    lcp: audits["largest-contentful-paint"].numericValue,
    bytes: audits["total-byte-weight"].numericValue,
  }
}
