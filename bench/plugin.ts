import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createOpenCode, type OpenCodeServer } from "../test/opencode/opencode.ts"
import { startScriptedModel } from "../test/opencode/scripted-model.ts"
import { startGateway } from "../test/plugin/recording-proxies.ts"
import { provideOpenCode } from "../test/provision/opencode.ts"
import { builtPlugin, createWorld } from "../test/world.ts"
import { quantile, report } from "./report.ts"

// What the plugin adds to a prompt: the real OpenCode without it, with it and a healthy server, and with it and a server
// that takes requests and never answers. All three answer the same prompts in turn, so that they share what the machine
// is up to; the figure is the median of the ratios of one round.

const ROUNDS = 60
const WARM_UP = 5
const ANSWER = `Some **words** of an answer, and \`code\`. ${"It goes on for a while. ".repeat(40)}`

const binary = await provideOpenCode()
const folder = await mkdtemp(join(tmpdir(), "better-share-bench-"))
await mkdir(join(folder, "plugin"))
const file = join(folder, "plugin/index.js")
await writeFile(file, await builtPlugin())

const world = await createWorld()
const healthy = await startGateway(() => world.url)
const wedged = await startGateway(() => world.url)

interface Runner {
  prompt(): Promise<number>
  stop(): Promise<void>
}

async function start(url: string | undefined): Promise<Runner> {
  const model = await startScriptedModel({
    turns: Array.from({ length: 2 * (ROUNDS + WARM_UP) }, (_, i) =>
      i % 2 === 0
        ? { text: ANSWER, tools: [{ tool: "read", input: { filePath: "README.md" } }] }
        : { text: "Done." },
    ),
  })
  const config = url === undefined ? {} : { plugin: [[`file://${file}`, { url }]] }
  const opencode = await createOpenCode({ binary, model: model.url, config })
  const server: OpenCodeServer = await opencode.serve()
  const { data: session } = await server.client.session.create({}, { throwOnError: true })
  const sessionID = session.id
  if (url !== undefined) await server.client.session.share({ sessionID }, { throwOnError: true })
  return {
    async prompt() {
      const started = performance.now()
      await server.client.session.prompt(
        { sessionID, parts: [{ type: "text", text: "Go on" }] },
        { throwOnError: true },
      )
      return performance.now() - started
    },
    async stop() {
      await server.stop()
      await opencode.dispose()
      await model.stop()
    },
  }
}

const runners = {
  without: await start(undefined),
  healthy: await start(healthy.url),
  wedged: await start(wedged.url),
}
wedged.mode = "wedge"
const times: Record<keyof typeof runners, number[]> = { without: [], healthy: [], wedged: [] }
const names = Object.keys(runners) as (keyof typeof runners)[]
for (let round = 0; round < ROUNDS + WARM_UP; round++) {
  // Each comes first, second and last as often as the others.
  for (let i = 0; i < names.length; i++) {
    const name = names[(round + i) % names.length] as keyof typeof runners
    const time = await runners[name].prompt()
    if (round >= WARM_UP) times[name].push(time)
  }
}
const ratio = (name: keyof typeof runners) =>
  quantile(
    times[name].map((time, round) => time / (times.without[round] ?? Number.NaN)),
    0.5,
  )

report(`A prompt with the plugin and without (${ROUNDS} prompts each, in turn)`, {
  "without, median": `${quantile(times.without, 0.5).toFixed(0)} ms`,
  "with, healthy server, median": `${quantile(times.healthy, 0.5).toFixed(0)} ms`,
  "with, wedged server, median": `${quantile(times.wedged, 0.5).toFixed(0)} ms`,
  "healthy / without": ratio("healthy").toFixed(3),
  "wedged / without": ratio("wedged").toFixed(3),
})

for (const runner of Object.values(runners)) await runner.stop()
await healthy.stop()
await wedged.stop()
await world.close()
await rm(folder, { recursive: true, force: true })
process.exit(0)
