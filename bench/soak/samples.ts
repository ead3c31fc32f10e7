import type { ServerFigures } from "../load/server-figures.ts"
import { type Trend, trendOf } from "./trend.ts"
import { WATCHED } from "./watched.ts"

export interface Sample {
  /** Seconds since the beginning. */
  at: number
  figures: ServerFigures
}

export type NamedTrend = Trend & { name: string; unit: string }

/** Of everything that can be known of this server. */
export function trendsOf(samples: readonly Sample[]): NamedTrend[] {
  return WATCHED.flatMap(({ read, ...watched }) => {
    const points = samples.flatMap(({ at, figures }) => {
      const value = read(figures)
      return value === undefined ? [] : [{ at, value }]
    })
    const trend = trendOf({ ...watched, points })
    return trend ? [{ name: watched.name, unit: watched.unit, ...trend }] : []
  })
}

/** Of one core. */
export function coreShare(samples: readonly Sample[]): number {
  const [first, last] = [samples[0], samples.at(-1)]
  if (!first || !last) return Number.NaN
  return (last.figures.cpuSeconds - first.figures.cpuSeconds) / (last.at - first.at)
}
