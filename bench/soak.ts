import { setTimeout as sleep } from "node:timers/promises"
import { readSoakSettings } from "./load/options.ts"
import { withTarget } from "./load/target.ts"
import { startChurn } from "./soak/churn.ts"
import { coreShare, type Sample, trendsOf } from "./soak/samples.ts"
import { type SoakFigures, tellSoak } from "./soak/tell.ts"

// A steady load for ten minutes: sessions begin, are played and revoked, viewers come and go. Afterwards nothing of the
// server may have grown: memory, open files, what waits. Ends with 1 when something has, or when something failed.

const EVERY_MS = 2_000
/** Of the time, what passes before anything counts: caches fill, and the first lives of sessions are of all lengths. */
const WARM_UP = 0.4

await withTarget(readSoakSettings, async (target, { sessions, viewers, minutes, json, ...rest }) => {
  const samples: Sample[] = []
  const churn = await startChurn(target, { sessions, viewers, minutes, json, ...rest })
  const began = performance.now()
  const elapsed = () => (performance.now() - began) / 1_000
  let seconds: number
  try {
    while (elapsed() < minutes * 60) {
      const figures = await target.figures()
      if (!figures) throw new Error("Without the server's own figures there is nothing to look at.")
      if (elapsed() >= WARM_UP * minutes * 60) samples.push({ at: elapsed(), figures })
      await sleep(EVERY_MS)
    }
    seconds = elapsed()
  } finally {
    await churn.close()
  }

  const { told, refused, events, begun, revoked } = churn
  const merges = samples.at(-1)?.figures.failedMerges ?? 0
  const figures: SoakFigures = {
    about: target.about,
    settings: { sessions, viewers, minutes },
    seconds,
    begun,
    revoked,
    syncsPerSecond: told.syncs / seconds,
    eventsPerSecond: events / seconds,
    sync: { p50: told.latency.quantile(0.5), p99: told.latency.quantile(0.99) },
    core: coreShare(samples),
    countedFrom: samples[0]?.at ?? Number.NaN,
    trends: trendsOf(samples),
    failed: { ...told.failures.counts, ...refused, ...(merges > 0 && { "merge failed": merges }) },
  }
  if (json) console.log(JSON.stringify(figures))
  else tellSoak(figures)
  const isFlat = figures.trends.length > 0 && figures.trends.every((trend) => trend.isFlat)
  if (!isFlat || Object.keys(figures.failed).length > 0) process.exitCode = 1
})
