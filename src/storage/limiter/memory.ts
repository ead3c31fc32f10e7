import { RateLimiterMemory } from "rate-limiter-flexible"
import type { Budget, Limiter } from "../../shares/ports.ts"
import { createWindowCounter } from "./window-counter.ts"

export interface MemoryLimiterOptions {
  /** Keys that are counted at once; 50,000 unless told. */
  mostKeys?: number
}

/** Counts in this process. When more keys come than it holds, it forgets the one that has been silent longest. */
export function createMemoryLimiter(
  budget: Budget,
  { mostKeys = 50_000 }: MemoryLimiterOptions = {},
): Limiter {
  const counter = new RateLimiterMemory({
    points: budget.limit,
    duration: budget.windowMs / 1000,
    keyPrefix: "",
  })
  const limiter = createWindowCounter(counter, budget)
  /** The longest silent first. */
  const keys = new Set<string>()

  return {
    ...limiter,
    take(key) {
      keys.delete(key)
      keys.add(key)
      const [silent] = keys.size > mostKeys ? keys : []
      if (silent !== undefined) {
        keys.delete(silent)
        counter.delete(silent)
      }
      return limiter.take(key)
    },
  }
}
