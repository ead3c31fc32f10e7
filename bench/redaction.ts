import { readFileSync } from "node:fs"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Item } from "../src/protocol/item.ts"
import { createRedactor } from "../src/redaction/redactor.ts"

// How fast sessions are redacted, and how long at a stretch the event loop waits for it: in Node, and as one bundle in
// Bun, which is what OpenCode runs plugins in. The file runs itself in both: with a name of a file it measures. Counted
// is the processor time of the process, collector included, so that what else the machine does is not.

const ROUNDS = 3
const SESSION_BYTES = 8_000_000
const LONG_CHARACTERS = 16 * 1024 * 1024

interface Input {
  session: Item[]
  sessionBytes: number
  code: string
}
interface Measured {
  runtime: string
  sessionMBs: number[]
  findings: number
  /** Longest stretch in ms, and MB/s, by what the 16 MB are. */
  long: Record<string, { stretches: number[]; rates: number[] }>
  creation: number[]
}

const file = process.argv[2]
if (file !== undefined) console.log(JSON.stringify(await measure(JSON.parse(readFileSync(file, "utf8")))))
else await run()

async function measure({ session, sessionBytes, code }: Input): Promise<Measured> {
  const sessionMBs: number[] = []
  const creation: number[] = []
  let findings = 0
  for (let round = 0; round < ROUNDS; round++) {
    const before = used()
    const redactor = redactorOf(() => Promise.resolve())
    const begun = used()
    creation.push(begun - before)
    findings = 0
    for (const item of session) findings += (await redactor.redact(item)).findings.length
    sessionMBs.push(sessionBytes / 1000 / (used() - begun))
  }
  const long: Measured["long"] = {}
  for (const [name, text] of Object.entries(longTexts(code))) {
    const stretches: number[] = []
    const rates: number[] = []
    for (let round = 0; round < ROUNDS; round++) {
      let [resumed, longest] = [0, 0]
      const stretched = (): void => {
        longest = Math.max(longest, used() - resumed)
      }
      const redactor = redactorOf(async () => {
        stretched()
        await new Promise((resolve) => setImmediate(resolve))
        resumed = used()
      })
      const data = { id: "prt_1", messageID: "msg_1", sessionID: "ses_1", type: "text", text }
      const begun = used()
      resumed = begun
      await redactor.redact({ type: "part", data })
      stretched()
      rates.push(LONG_CHARACTERS / 1000 / (used() - begun))
      stretches.push(longest)
    }
    long[name] = { stretches, rates }
  }
  const bun = (process.versions as Record<string, string | undefined>).bun
  return {
    runtime: bun === undefined ? `Node ${process.version}` : `Bun ${bun}`,
    sessionMBs,
    findings,
    long,
    creation,
  }
}

/** Processor time of this process in ms. */
function used(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

function redactorOf(pause: () => Promise<void>) {
  return createRedactor({
    options: {
      environment: {
        HOME: "/home/dev",
        DEPLOY_TOKEN: `${"Zk4".repeat(3)}q81LmW0`,
        PORT: "3000",
        SHELL: "/bin/bash",
      },
      home: "/home/dev",
      user: "dev",
      emails: false,
      hosts: false,
      addresses: false,
      patterns: [],
      allow: [],
    },
    pause,
    now: () => performance.now(),
  })
}

function longTexts(code: string): Record<string, string> {
  const filled = (piece: string): string =>
    piece.repeat(Math.ceil(LONG_CHARACTERS / piece.length)).slice(0, LONG_CHARACTERS)
  return {
    "code, in lines": filled(code),
    "code, in one line": filled(code.replaceAll("\n", " ")),
    "one line of Base64": filled(btoa(code.replaceAll(/[^ -~]/g, "")).replaceAll("=", "")),
    "one letter": filled("a"),
    "nothing but words such as password": filled("password: token = secret key apiKey Authorization: "),
    "nothing but passwords": filled('{"password":"Tide4711!x"},\n{"token":"q8Zk40LmW0aB3cD4eF5g"},\n'),
  }
}

async function run(): Promise<void> {
  const { build } = await import("esbuild")
  const { conversation } = await import("./conversation.ts")
  const { report, quantile } = await import("./report.ts")
  const { createCorpus } = await import("../test/corpus/corpus.ts")
  const { runCommand } = await import("../test/provision/command.ts")
  const { provideBun } = await import("../test/provision/runtimes.ts")

  const session = [...conversation("ses_1", SESSION_BYTES)]
  // One secret in a hundred items, as a session has that touched a configuration.
  const { secrets } = createCorpus()
  session.forEach((item, at) => {
    const data = item.data as { text?: string }
    if (at % 100 === 0 && data.text !== undefined)
      data.text += `\n${secrets[(at / 100) % secrets.length]?.text}`
  })
  const sessionBytes = JSON.stringify(session).length
  const code = session
    .map(({ data }) => (data as { state?: { output?: string } }).state?.output ?? "")
    .join("\n")
    .slice(0, 2_000_000)

  const folder = await mkdtemp(join(tmpdir(), "better-share-redaction-"))
  const [bundle, input] = [join(folder, "redaction.mjs"), join(folder, "input.json")]
  await build({
    entryPoints: [import.meta.filename],
    bundle: true,
    format: "esm",
    platform: "node",
    packages: "bundle",
    // Only this process, which prepares and reports, needs those.
    external: ["esbuild", "./conversation.ts", "./report.ts", "../test/*"],
    outfile: bundle,
    logLevel: "error",
  })
  await writeFile(input, JSON.stringify({ session, sessionBytes, code } satisfies Input))

  for (const program of [process.execPath, await provideBun()]) {
    const { ok, output } = await runCommand(program, [bundle, input], { timeout: 600_000 })
    if (!ok) throw new Error(output)
    const measured = JSON.parse(output.slice(output.indexOf("{"))) as Measured
    const median = (values: number[], digits: number): string => quantile(values, 0.5).toFixed(digits)
    report(`Redaction, ${measured.runtime}, one core (medians; the largest in brackets)`, {
      "a redactor is made in": `${median(measured.creation, 1)} ms (${Math.max(...measured.creation).toFixed(1)})`,
      "a session of code and talk": `${median(measured.sessionMBs, 0)} MB/s, ${measured.findings} findings`,
      ...Object.fromEntries(
        Object.entries(measured.long).map(([name, { stretches, rates }]) => [
          `16 MB in one string: ${name}`,
          `${median(rates, 0)} MB/s, longest stretch ${median(stretches, 0)} ms (${Math.max(...stretches).toFixed(0)})`,
        ]),
      ),
    })
  }
  await rm(folder, { recursive: true, force: true })
}
