/** Values by size, in bounded memory: each is known to within two percent. */
export interface Histogram {
  /** Not negative. */
  add(value: number, times?: number): void
  readonly count: number
  readonly sum: number
  readonly most: number
  /** The value below which the share `q` of the values lies; NaN while there are none. */
  quantile(q: number): number
}

/** Between one bucket's bounds. */
const GROWTH = 1.02
/** What is smaller is all the same. */
const LEAST = 0.01

export function createHistogram(): Histogram {
  const buckets: number[] = []
  let [count, sum, most] = [0, 0, 0]
  return {
    add(value, times = 1) {
      const bucket = Math.max(0, Math.ceil(Math.log(Math.max(value, LEAST) / LEAST) / Math.log(GROWTH)))
      buckets[bucket] = (buckets[bucket] ?? 0) + times
      count += times
      sum += value * times
      most = Math.max(most, value)
    },
    get count() {
      return count
    },
    get sum() {
      return sum
    },
    get most() {
      return most
    },
    quantile(q) {
      if (count === 0) return Number.NaN
      let left = q * count
      for (const [bucket, held = 0] of buckets.entries()) {
        left -= held
        if (left < 0) return Math.min(most, LEAST * GROWTH ** bucket)
      }
      return most
    },
  }
}
