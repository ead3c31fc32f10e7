import { createMachine } from "../src/host/machine.ts"
import { type Item, itemKey } from "../src/protocol/item.ts"
import { encodeSegment } from "../src/shares/segment.ts"
import type { CountedRequest } from "../test/counted-blobs.ts"
import { createCountedShare, type SyncCost } from "../test/counted-share.ts"
import { streamedSession } from "../test/streamed-session.ts"
import { quantile, report } from "./report.ts"
import { runRivals } from "./rivals.ts"
import { onFiles, onServers, PINNED, syncsPerSecond, type TimedServer, timeSession } from "./timed-server.ts"

// A long session, synced as OpenCode does: what it costs in requests, bytes and time, and what other algorithms would.

const SESSION = { sessionID: "ses_streamed", messages: 2_400, partBytes: 16_000_000 }
/** Of the first and the last syncs. */
const STRETCH = 100
const CROWD = { sessions: 8, messages: 60 }

const MOST_WRITTEN = 6
const MOST_SEGMENTS = 64
/** Syncs of the end may be so much larger than those of the beginning, as what is said in them is not the same. */
const MOST_GROWTH = 1.25

const exceeded: string[] = []

const final = await finalSize()
const ours = await countOurs()
const rivals = runRivals(SESSION.sessionID, streamedSession(SESSION))

report(`A session of ${SESSION.messages} messages in ${ours.costs.length} syncs`, {
  "final items as JSON": mega(final.json),
  "parts among them": mega(final.parts),
  "the same in one segment (Brotli 4)": mega(final.compressed),
})
report("Bytes written to the object storage, and as a multiple of the final compressed size", {
  "Better Share": times(ours.written),
  "of these by syncs": times(ours.bySyncs),
  "of these by merges": times(ours.byMerges),
  "one snapshot, rewritten by each sync": times(rivals.snapshot.written),
  "whole JSON, uploaded by each sync with a change": times(rivals.upload.written),
})
report("Bytes read from the object storage meanwhile", {
  "Better Share (by merges)": mega(ours.read),
  "one snapshot, rewritten by each sync": mega(rivals.snapshot.read),
  "whole JSON, uploaded by each sync with a change": mega(0),
})
const [first, last] = [stretch(ours.costs.slice(0, STRETCH)), stretch(ours.costs.slice(-STRETCH))]
report(`A sync that changes something, on average: the first ${STRETCH} / the last ${STRETCH}`, {
  requests: `${first.requests.toFixed(2)} / ${last.requests.toFixed(2)}`,
  bytes: `${Math.round(first.bytes)} / ${Math.round(last.bytes)}`,
  "requests of merges a sync, first / second half": [0, 1]
    .map((half) => ours.costs.slice((half * ours.costs.length) / 2).slice(0, ours.costs.length / 2))
    .map((costs) => (costs.flatMap(({ merging }) => merging).length / costs.length).toFixed(2))
    .join(" / "),
  "segments in the manifest at most": String(ours.segments),
})
limit("bytes written by syncs and merges", ours.written / final.compressed, MOST_WRITTEN)
limit("live segments", ours.segments, MOST_SEGMENTS)
limit("growth of bytes a sync", last.bytes / first.bytes, MOST_GROWTH)
limit("growth of requests a sync", last.requests / first.requests, 1)

await time("SQLite and files", await onFiles())
await time("PostgreSQL and S3", await onServers())

for (const sentence of exceeded) console.error(`\nExceeded: ${sentence}`)
if (exceeded.length > 0) process.exitCode = 1

async function finalSize(): Promise<{ json: number; parts: number; compressed: number }> {
  const lines = new Map<string, string>()
  for (const sync of streamedSession(SESSION)) {
    for (const item of sync) lines.set(itemKey(item, SESSION.sessionID), JSON.stringify(item))
  }
  let [json, parts, compressed] = [0, 0, 0]
  for (const [key, line] of lines) {
    json += Buffer.byteLength(line)
    if (key.startsWith("part/")) parts += Buffer.byteLength(line)
  }
  for await (const piece of encodeSegment(each(lines.values()), createMachine()))
    compressed += piece.byteLength
  return { json, parts, compressed }
}

async function countOurs() {
  const share = await createCountedShare(SESSION.sessionID)
  const costs: SyncCost[] = []
  for (const items of streamedSession(SESSION)) costs.push(await share.sync(items))
  await share.close()
  const bytesOf = (requests: CountedRequest[], kind: CountedRequest["kind"]) =>
    requests.reduce((sum, request) => sum + (request.kind === kind ? request.bytes : 0), 0)
  const merging = costs.flatMap((cost) => cost.merging)
  const bySyncs = bytesOf(
    costs.flatMap(({ own }) => own),
    "put",
  )
  const byMerges = bytesOf(merging, "put")
  return {
    costs,
    bySyncs,
    byMerges,
    written: bySyncs + byMerges,
    read: bytesOf(merging, "get"),
    segments: Math.max(...costs.map(({ segments }) => segments)),
  }
}

/** Of the syncs that changed something; the others ask the store nothing. */
function stretch(costs: SyncCost[]): { requests: number; bytes: number } {
  const stored = costs.map((cost) => cost.own).filter((own) => own.length > 0)
  return {
    requests: stored.flat().length / stored.length,
    bytes: stored.flat().reduce((sum, { bytes }) => sum + bytes, 0) / stored.length,
  }
}

async function time(name: string, timed: TimedServer): Promise<void> {
  const before = await timed.database()
  const syncs: Iterable<Item[]> = streamedSession(SESSION)
  const { latencies, segments } = await timeSession(timed, { sessionID: SESSION.sessionID, syncs })
  const written = await timed.written()
  const database = (await timed.database()) - before
  const crowd = Array.from({ length: CROWD.sessions }, (_, i) => {
    const sessionID = `ses_crowd${i}`
    const partBytes = (SESSION.partBytes / SESSION.messages) * CROWD.messages
    return { sessionID, syncs: [...streamedSession({ sessionID, messages: CROWD.messages, partBytes })] }
  })
  const perSecond = await syncsPerSecond(timed, crowd)
  await timed.close()

  const p = (q: number, of: number[]) => `${quantile(of, q).toFixed(1)} ms`
  const both = (of: number[]) => `${p(0.5, of)}, ${p(0.99, of)}`
  report(`${name}, over HTTP${PINNED ? ", the server on one core" : ""}`, {
    "sync answered, p50 and p99": both(latencies),
    [`the first ${STRETCH}`]: both(latencies.slice(0, STRETCH)),
    [`the last ${STRETCH}`]: both(latencies.slice(-STRETCH)),
    [`syncs a second, ${CROWD.sessions} sessions at once`]: perSecond.toFixed(0),
    "bytes written to the object storage": times(written),
    // Syncs as fast as they are answered leave merges behind; OpenCode syncs once a second.
    "segments in the manifest, at most and in the end": `${segments.most}, ${segments.last}`,
    "bytes that the database has grown by": mega(database),
  })
  limit(`live segments on ${name}`, segments.most, MOST_SEGMENTS)
  limit(`bytes written on ${name}`, written / final.compressed, MOST_WRITTEN)
}

function limit(what: string, found: number, most: number): void {
  if (found > most) exceeded.push(`${what}: ${found.toFixed(2)}, and at most ${most} is wanted.`)
}

function mega(bytes: number): string {
  return `${(bytes / 1e6).toLocaleString("en", { maximumFractionDigits: 1 })} MB`
}

function times(bytes: number): string {
  return `${mega(bytes)} (${(bytes / final.compressed).toLocaleString("en", { maximumFractionDigits: 1 })} ×)`
}

async function* each<T>(values: Iterable<T>): AsyncIterable<T> {
  yield* values
}
