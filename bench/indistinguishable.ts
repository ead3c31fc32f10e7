import { createDirectClient } from "../test/direct-client.ts"
import { createServerProcess } from "../test/server-process.ts"
import { quantile, report } from "./report.ts"

// Whether a share that is there answers a wrong secret in another time than one that is not (docs/protocol.md, S6).
// Requests are interleaved, so that whatever the machine does meanwhile meets both; medians are compared.

const ROUNDS = Number(process.env.ROUNDS ?? 4_000)
const WARM = 500
/** How far the medians may be apart. Reading the one row more of a share that is there makes three to five percent. */
const TOLERANCE = 0.02

const server = await createServerProcess()
await server.start()
const client = createDirectClient(server.url)
const { shareId: id } = (await client.reserve({ sessionId: "ses_1", tickets: [] })).body
const json = { "content-type": "application/json" }
const wrong = "w".repeat(32)

const ROUTES: Record<string, (id: string) => [path: string, init: RequestInit]> = {
  sync: (id) => [
    `/api/share/${id}/sync`,
    { method: "POST", headers: json, body: JSON.stringify({ secret: wrong, data: [] }) },
  ],
  presign: (id) => [
    `/api/share/${id}/presign`,
    { method: "POST", headers: { ...json, "x-share-secret": wrong }, body: '{"tickets":[]}' },
  ],
  deltas: (id) => [
    `/api/share/${id}/deltas`,
    { method: "POST", headers: { ...json, "x-share-secret": wrong }, body: "{}" },
  ],
  redact: (id) => [
    `/api/share/${id}/redact`,
    {
      method: "POST",
      headers: { ...json, "x-share-secret": wrong },
      body: '{"rules":[{"kind":"text","text":"what nobody said"}]}',
    },
  ],
  redactions: (id) => [`/api/share/${id}/redactions`, { headers: { "x-share-secret": wrong } }],
  segments: (id) => [`/api/share/${id}/segments`, { headers: { "x-share-secret": wrong } }],
  remove: (id) => [`/api/share/${id}`, { method: "DELETE", headers: { "x-share-secret": wrong } }],
}

/** Milliseconds. */
async function time([path, init]: [string, RequestInit]): Promise<number> {
  const started = performance.now()
  const response = await fetch(`${server.url}${path}`, init)
  await response.text()
  const taken = performance.now() - started
  if (response.status !== 404) throw new Error(`${path}: ${response.status}`)
  return taken
}

const figures: Record<string, string> = {}
let worst = 0
for (const [name, request] of Object.entries(ROUTES)) {
  const taken = { unknown: [] as number[], wrong: [] as number[] }
  for (let round = -WARM; round < ROUNDS; round++) {
    const asked = { unknown: "b".repeat(22), wrong: id }
    // Each is first as often as the other.
    const order = round % 2 ? (["unknown", "wrong"] as const) : (["wrong", "unknown"] as const)
    for (const kind of order) {
      const ms = await time(request(asked[kind]))
      if (round >= 0) taken[kind].push(ms)
    }
  }
  const [unknown, known] = [quantile(taken.unknown, 0.5), quantile(taken.wrong, 0.5)]
  const apart = known / unknown - 1
  worst = Math.max(worst, Math.abs(apart))
  figures[name] =
    `${unknown.toFixed(3)} ms unknown, ${known.toFixed(3)} ms wrong secret, ${(apart * 100).toFixed(1)} %`
}
report(`Unknown share and wrong secret, medians of ${ROUNDS} each; tolerance ${TOLERANCE * 100} %`, figures)
await server.dispose()
if (worst > TOLERANCE) {
  console.error("They can be told apart by their time.")
  process.exitCode = 1
}
