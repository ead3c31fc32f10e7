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
export function startUpkeep({ shares, trust, log }: { shares: Shares; trust: Trust; log: Log }): {
  stop(): void
} {
  const stops = [
    repeat(DELIVER_MS, trust.deliver),
    repeat(UPKEEP_MS, async () => {
      await shares.upkeep().catch((err) => log.error({ err }, "upkeep did not come to its end"))
      await trust.upkeep().catch((err) => log.error({ err }, "could not forget what has expired"))
    }),
    repeat(SWEEP_MS, async () => {
      await shares.sweep().catch((err) => log.error({ err }, "could not sweep the store"))
    }),
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
