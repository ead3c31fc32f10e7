import { type RateLimiterAbstract, RateLimiterRes } from "rate-limiter-flexible"
import type { Budget, BudgetState, Limiter } from "../../shares/ports.ts"

/** A Limiter over any of rate-limiter-flexible's. What that one throws passes through. */
export function createWindowCounter(counter: RateLimiterAbstract, budget: Budget): Limiter {
  const { limit } = budget

  function toState({ consumedPoints, msBeforeNext }: RateLimiterRes): BudgetState {
    return {
      limit,
      remaining: Math.min(limit, Math.max(0, limit - consumedPoints)),
      resetAfterMs: Math.max(0, msBeforeNext),
    }
  }

  async function giveBack(key: string): Promise<void> {
    const counted = await counter.get(key)
    // A reward in a new window would be a take more than its limit.
    if (counted && counted.consumedPoints > 0 && counted.msBeforeNext > 0) await counter.reward(key)
  }

  return {
    budget,
    async take(key) {
      try {
        return { ...toState(await counter.consume(key)), allowed: true }
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        // The library counts what it refuses; one that it refuses from memory it has not counted.
        if (refusal.consumedPoints > limit) await giveBack(key)
        return { ...toState(refusal), remaining: 0, allowed: false }
      }
    },
    giveBack,
    async peek(key) {
      const counted = await counter.get(key)
      if (!counted || counted.msBeforeNext <= 0) return { limit, remaining: limit, resetAfterMs: 0 }
      return toState(counted)
    },
  }
}
