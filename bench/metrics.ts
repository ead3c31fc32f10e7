import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Libsql from "libsql"
import { createMetrics } from "../src/host/metrics/metrics.ts"
import { ROUTES } from "../src/protocol/routes.ts"
import { openSqliteStore } from "../src/storage/meta/sqlite.ts"
import { quantile, report } from "./report.ts"

// What it costs that the server counts: a request, a reading of the metrics, and the questions to a database that is
// large for one of a single file. Processor time of this process, medians of rounds.

const REQUESTS = 100_000
const ROUNDS = 9
const SHARES = 10_000
const SEGMENTS = 45

const folder = await mkdtemp(join(tmpdir(), "better-share-bench-"))
const file = join(folder, "meta.db")
const meta = await openSqliteStore({ file, migrate: true })
fill()
const metrics = createMetrics({
  version: "bench",
  vitals: meta.vitals,
  countOutbox: meta.trust.countOutbox,
  unredacted: meta.unredacted,
  readiness: { lacks: async () => [] },
  now: Date.now,
  log: console,
})

const routes = Object.values(ROUTES).map(({ method, path }) => ({ method, route: path }))
const request = await median(async () => {
  for (let n = 0; n < REQUESTS; n++) {
    const asked = routes[n % routes.length] ?? { method: "GET", route: "none" }
    metrics.meter.answered({ ...asked, status: 200, ms: n % 100 })
    metrics.meter.sent({ ...asked, bytes: n })
  }
})
const segments = await median(async () => void (await meta.vitals.countSegments()))
const shares = await median(async () => void (await meta.vitals.countShares()))
await metrics.read()
let text = ""
const reading = await median(async () => {
  text = await metrics.read()
})
report("what counting costs", {
  "a request": `${((request / REQUESTS) * 1_000).toFixed(1)} µs`,
  [`a reading, with all ${routes.length} routes in use`]: `${reading.toFixed(1)} ms, ${Math.round(text.length / 1_000)} KB`,
  [`counting ${(SHARES * SEGMENTS).toLocaleString("en")} segments, at most every 15 s`]: `${segments.toFixed(0)} ms`,
  [`counting ${SHARES.toLocaleString("en")} shares, the same`]: `${shares.toFixed(0)} ms`,
})
metrics.close()
await meta.close()
await rm(folder, { recursive: true })

/** Milliseconds of processor time. */
async function median(work: () => Promise<void>): Promise<number> {
  const taken: number[] = []
  for (let round = 0; round < ROUNDS; round++) {
    const before = process.cpuUsage()
    await work()
    const { user, system } = process.cpuUsage(before)
    taken.push((user + system) / 1_000)
  }
  return quantile(taken, 0.5)
}

/** As commits would, in a hundredth of the time. */
function fill(): void {
  const db = new Libsql(file)
  db.exec("begin")
  const share = db.prepare(
    "insert into shares (share_id, state, door, form, created_at, updated_at) values (?, 'active', 'native', 'log', 0, 0)",
  )
  const segment = db.prepare(
    "insert into segments (share_id, first_revision, last_revision, segment_id, object_key, items, bytes, content_bytes, created_at) values (?, ?, ?, ?, ?, 1, 1, 1, 0)",
  )
  for (let n = 0; n < SHARES; n++) {
    const id = `share-${String(n).padStart(16, "0")}`
    share.run(id)
    for (let at = 1; at <= SEGMENTS; at++)
      segment.run(id, at, at, `${id}-${at}`, `shares/${id}/segments/${at}`)
  }
  db.exec("commit")
  db.close()
}
