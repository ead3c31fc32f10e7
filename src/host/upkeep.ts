import { type JobLogName, jobLog } from "../shares/job-log.ts"
import type { JobName, Meter } from "../shares/meter.ts"
import type { Log } from "../shares/ports.ts"
import type { Shares } from "../shares/shares.ts"
import type { Trust } from "../trust/trust.ts"

/** Deletions that could not finish are tried again, and replaced segments are looked for, this often. */
const UPKEEP_MS = 30_000
/** Nodes ask this often whether a sweep of the whole store is due. */
const SWEEP_MS = 15 * 60_000

/** Nodes look this often for what another that broke off has not told the webhook. */
const DELIVER_MS = 5_000

/** What a node does by itself from time to time. */
export function startUpkeep({
  shares,
  trust,
  log,
  meter,
  now,
}: {
  shares: Shares
  trust: Trust
  log: Log
  meter: Meter
  now(): number
}): { stop(): void } {
  /** Contract: does not throw. */
  async function run(name: JobName, work: () => Promise<boolean>): Promise<void> {
    const began = now()
    const ok = await work()
    meter.job({ name, ok, ms: now() - began })
  }

  /** Whether it came to its end. */
  async function attempt(job: JobLogName, work: () => Promise<unknown>, failure: string): Promise<boolean> {
    try {
      await work()
      return true
    } catch (err) {
      jobLog(log, job).error({ err }, failure)
      return false
    }
  }

  const stops = [
    repeat(DELIVER_MS, trust.deliver),
    repeat(UPKEEP_MS, () =>
      run("upkeep", async () => {
        const ofShares = await attempt("upkeep", shares.upkeep, "upkeep did not come to its end")
        const ofTrust = await attempt("trust", trust.upkeep, "could not forget what has expired")
        return ofShares && ofTrust
      }),
    ),
    repeat(SWEEP_MS, () => run("sweep", () => attempt("sweep", shares.sweep, "could not sweep the store"))),
  ]
  return {
    stop() {
      for (const stop of stops) stop()
    },
  }
}

/** Calls `work` again and again, about `ms` after it ended: at other moments on each node. Contract: must not throw. */
function repeat(ms: number, work: () => Promise<void>): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let stopped = false
  function schedule(): void {
    if (stopped) return
    timer = setTimeout(() => work().finally(schedule), ms * (0.75 + Math.random() / 2))
  }
  schedule()
  return () => {
    stopped = true
    clearTimeout(timer)
  }
}
