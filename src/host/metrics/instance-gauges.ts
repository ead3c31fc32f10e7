import { Gauge, Registry } from "prom-client"
import { SUPERSEDED_MS } from "../../shares/compact/sweep.ts"
import type { Log } from "../../shares/ports.ts"
import type { Vitals } from "../../storage/meta/vitals.ts"
import { within } from "../within.ts"

/** What was counted in the database is good for so long. */
const FRESH_MS = 15_000
/** A database whose counting takes long is asked less often: it is busy with this for a hundredth of the time. */
const PAUSES = 100
/** Whoever reads the metrics waits for it so long, and is then told what was counted before. */
const PATIENCE_MS = 2_000

export interface InstanceGauges {
  /** As Prometheus reads it; nothing while the database does not answer. Contract: does not throw. */
  read(): Promise<string>
}

export interface InstanceGaugesDeps {
  vitals: Pick<Vitals, "countShares" | "countSegments" | "countWaiting">
  /** Entries of the audit that the webhook has not taken. */
  countOutbox(): Promise<number>
  /** Ids of shares in which something stored is not known to be without what was taken out. */
  unredacted(): Promise<readonly string[]>
  /** Milliseconds since the epoch. */
  now(): number
  log: Pick<Log, "warn">
}

/** How much the whole instance has and owes, as its database knows it: the same on all nodes. */
export function createInstanceGauges({
  vitals,
  countOutbox,
  unredacted,
  now,
  log,
}: InstanceGaugesDeps): InstanceGauges {
  const registry = new Registry()
  const gauges: Gauge[] = []
  const gauge = <Label extends string = never>(name: string, help: string, labelNames: Label[] = []) => {
    const made = new Gauge({ name: `better_share_${name}`, help, labelNames, registers: [registry] })
    gauges.push(made as Gauge)
    return made
  }
  const shares = gauge("shares", "Shares, tombstones of removed ones among them", ["state", "door"])
  const stored = gauge("stored_bytes", "What active shares come to as stored", ["door"])
  const segments = gauge("segments", "Segments of all shares")
  const unmerged = gauge("segments_unmerged", "Those beyond what merges leave: the compaction's debt")
  const most = gauge("segments_most", "Segments of the share that has most")
  const bySegments = gauge("shares_by_segments", "Shares with at most so many segments", ["le"])
  const superseded = gauge("superseded_objects", "Objects that merges have replaced", ["due"])
  const deletions = gauge("deletions_waiting", "Removed shares whose deletion is not final", ["waits_for"])
  const oldest = gauge(
    "deletion_oldest_seconds",
    "Since when the oldest one's content waits for its deletion",
  )
  const redactions = gauge(
    "redactions_waiting",
    "Shares in which something is shown redacted and still stored",
  )
  const outbox = gauge("webhook_waiting", "Entries of the audit that the webhook has not taken")
  let text = ""
  let counted: { at: number; until: number } | undefined
  let counting: Promise<void> | undefined

  async function count(): Promise<void> {
    const at = now()
    const ofShares = await vitals.countShares()
    const ofSegments = await vitals.countSegments()
    const owed = await vitals.countWaiting({ supersededBefore: at - SUPERSEDED_MS })
    const unsent = await countOutbox()
    const unclean = await unredacted()
    // What there is no more of has no row any more.
    for (const each of gauges) each.reset()
    for (const row of ofShares) {
      shares.set({ state: row.state, door: row.door }, row.shares)
      if (row.state === "active") stored.set({ door: row.door }, row.bytes)
    }
    segments.set(ofSegments.segments)
    unmerged.set(ofSegments.unmerged)
    most.set(ofSegments.most)
    for (const step of ofSegments.sharesUpTo) {
      bySegments.set(
        { le: step.segments === Number.POSITIVE_INFINITY ? "+Inf" : String(step.segments) },
        step.shares,
      )
    }
    superseded.set({ due: "yes" }, owed.superseded.due)
    superseded.set({ due: "not yet" }, owed.superseded.all - owed.superseded.due)
    deletions.set({ waits_for: "storage" }, owed.deletions.uncleared)
    deletions.set({ waits_for: "tickets" }, owed.deletions.unfinished - owed.deletions.uncleared)
    oldest.set(Math.max(0, at - (owed.deletions.oldestUncleared ?? at)) / 1000)
    outbox.set(unsent)
    redactions.set(unclean.length)
    text = await registry.metrics()
  }

  async function recount(): Promise<void> {
    const at = now()
    try {
      await count()
    } catch (err) {
      text = ""
      log.warn({ err }, "could not count what there is, for the metrics")
    }
    const ended = now()
    counted = { at: ended, until: ended + Math.max(FRESH_MS, (ended - at) * PAUSES) }
  }

  return {
    async read() {
      const moment = now()
      if (!counted || moment >= counted.until || moment < counted.at) {
        counting ??= recount().finally(() => {
          counting = undefined
        })
        await within(PATIENCE_MS, counting, () => {})
      }
      return text
    },
  }
}
