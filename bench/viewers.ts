import { fork } from "node:child_process"
import { fileURLToPath } from "node:url"
import { itemsOf } from "../test/items.ts"
import { createNativeClient } from "../test/native-client.ts"
import { createServerProcess } from "../test/server-process.ts"
import { waitFor } from "../test/wait.ts"
import { conversation } from "./conversation.ts"
import { quantile, report } from "./report.ts"

// How long from a sync until the last of many viewers has what it changed: a real server, and the viewers in another
// process of this machine, by its one clock.

const VIEWERS = 2_000
const SYNCS = 150
const PAUSE_MS = 100

interface Arrival {
  revision: number
  /** Of each viewer, in milliseconds since the epoch. */
  times: number[]
  /** What all viewers together were sent for it. */
  bytes: number
}

const server = await createServerProcess()
await server.start()
const client = createNativeClient(server.url)
const { id, secret } = (await client.create("ses_1")).body
const { assistant, text } = itemsOf("ses_1")
await client.sync(id, secret, [...conversation("ses_1", 200_000)])
for (let i = 0; i < 20; i++) await client.call("GET", `/share/${id}`)

const before = server.peakMemory()
const arrivals = new Map<number, Arrival>()
let open = false
const watchers = fork(fileURLToPath(new URL("watchers.ts", import.meta.url)), [
  server.url,
  id,
  "1",
  String(VIEWERS),
])
watchers.on("message", (message: { open: true } | Arrival) => {
  if ("open" in message) open = true
  else arrivals.set(message.revision, message)
})
await waitFor("the viewers", () => open, { timeout: 60_000 })
const connected = server.peakMemory()

const sent: number[] = []
const answered: number[] = []
for (let i = 0; i < SYNCS; i++) {
  const started = performance.timeOrigin + performance.now()
  sent.push(started)
  const message = `msg_9${String(i >> 3).padStart(6, "0")}`
  await client.sync(id, secret, [
    assistant(message, 1_000_000 + (i >> 3)),
    text(
      message,
      `prt_9${String(i).padStart(6, "0")}`,
      `Step ${i}. Some **words** about it, and \`code\`. `.repeat(8),
    ),
  ])
  answered.push(performance.timeOrigin + performance.now() - started)
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
}
// Two commits that come close together may reach the viewers as one event.
await waitFor("the last revision", () => arrivals.has(SYNCS + 1), { timeout: 60_000 })
const after = server.peakMemory()

const latencies = sent.map((at, i) => {
  const shown = [...arrivals.values()].find(({ revision }) => revision >= i + 2)
  return { last: Math.max(...(shown?.times ?? [])) - at, all: shown?.times.map((time) => time - at) ?? [] }
})
const lasts = latencies.map(({ last }) => last)
const all = latencies.flatMap((each) => each.all)
const bytes = [...arrivals.values()].reduce((sum, each) => sum + each.bytes, 0)
const milliseconds = (value: number) => `${Math.round(value)} ms`
const kilobytes = (value: number) => `${(value / 1024).toFixed(1)} KiB`

report(`From a sync to ${VIEWERS} viewers of one share (${SYNCS} syncs, one every ${PAUSE_MS} ms and more)`, {
  "sync answered, p50": milliseconds(quantile(answered, 0.5)),
  "a viewer has it, p50": milliseconds(quantile(all, 0.5)),
  "the last viewer has it, p50": milliseconds(quantile(lasts, 0.5)),
  "the last viewer has it, p99": milliseconds(quantile(lasts, 0.99)),
  "memory a viewer, connected": kilobytes((connected - before) / VIEWERS),
  "memory a viewer, at the most": kilobytes((after - before) / VIEWERS),
  "sent a viewer and sync": `${Math.round(bytes / VIEWERS / SYNCS)} bytes`,
  "resident memory, largest": `${Math.round(after / 2 ** 20)} MiB`,
})
watchers.kill()
await server.dispose()
