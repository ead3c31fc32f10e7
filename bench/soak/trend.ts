/** One value, looked at again and again. */
export interface Series {
  name: string
  unit: string
  /** Seconds since the beginning, and the value. */
  points: readonly { at: number; value: number }[]
  /**
   * What counts of a window: the least one of what grows until a collection frees it, else the middle one.
   * Single points would tell where in its round the collector stands.
   */
  of: "least" | "middle"
  /** Flat is what grows over all of it by no more than this share of itself, or by `slack`. */
  share: number
  slack: number
}

export interface Trend {
  first: number
  last: number
  /** By how much a straight line through the windows rises from the first to the last one. */
  growth: number
  allowed: number
  isFlat: boolean
}

/** Windows that a series is looked at in. */
const WINDOWS = 12

/** Undefined when there are too few points to say anything. */
export function trendOf({ points, of, share, slack }: Series): Trend | undefined {
  const begin = points[0]?.at ?? 0
  const length = ((points.at(-1)?.at ?? 0) - begin) / WINDOWS
  const windows = Array.from({ length: WINDOWS }, (_, i) => {
    const values = points
      .filter(({ at }) => Math.min(WINDOWS - 1, Math.floor((at - begin) / length)) === i)
      .map(({ value }) => value)
      .sort((a, b) => a - b)
    return of === "least" ? values[0] : values[values.length >> 1]
  }).filter((value) => value !== undefined)
  if (windows.length < WINDOWS) return undefined
  const mean = sum(windows) / WINDOWS
  const middle = (WINDOWS - 1) / 2
  const slope =
    sum(windows.map((value, i) => (i - middle) * (value - mean))) /
    sum(windows.map((_, i) => (i - middle) ** 2))
  const growth = slope * (WINDOWS - 1)
  const allowed = Math.max(slack, share * mean)
  return {
    first: mean - growth / 2,
    last: mean + growth / 2,
    growth,
    allowed,
    isFlat: growth <= allowed,
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
