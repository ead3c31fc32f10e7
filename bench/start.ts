import { rm } from "node:fs/promises"
import { join } from "node:path"
import { root } from "../build/build.mjs"
import { createServerProcess } from "../test/server-process.ts"
import { quantile, report } from "./report.ts"

// From `npm start` to the first answer: the first time, when everything is built, and after that.

const WARM_STARTS = 7

async function timeStart(): Promise<{ milliseconds: number; memory: number }> {
  const server = await createServerProcess({ SAMPLE: "on" })
  const started = performance.now()
  await server.start()
  const milliseconds = Math.round(performance.now() - started)
  const memory = server.peakMemory()
  await server.dispose()
  return { milliseconds, memory }
}

await rm(join(root, "dist"), { recursive: true, force: true })
const cold = await timeStart()
const warm = []
for (let i = 0; i < WARM_STARTS; i++) warm.push(await timeStart())

report("From start to listening", {
  "first start, with the build": `${cold.milliseconds} ms`,
  "later starts, median": `${quantile(
    warm.map(({ milliseconds }) => milliseconds),
    0.5,
  )} ms`,
  "resident memory, largest": `${Math.round(Math.max(...warm.map(({ memory }) => memory)) / 2 ** 20)} MiB`,
})
