import { afterEach, expect, test, vi } from "vitest"
import { createMemoryLimiter } from "../../src/storage/limiter/memory.ts"
import { limiterContract } from "./limiter.ts"

limiterContract("in memory", () => createMemoryLimiter)

afterEach(() => {
  vi.useRealTimers()
})

const BUDGET = { name: "views", limit: 1, windowMs: 60_000 } as const

test("of more keys than it holds it forgets the one that has been silent longest", async () => {
  const limiter = createMemoryLimiter(BUDGET, { mostKeys: 3 })
  for (const key of ["a", "b", "c"]) expect((await limiter.take(key)).allowed).toBe(true)
  expect((await limiter.take("a")).allowed).toBe(false)
  await limiter.take("d")
  for (const key of ["a", "c", "d"]) expect((await limiter.take(key)).allowed, key).toBe(false)
  expect((await limiter.take("b")).allowed).toBe(true)
})

test("what it holds is bounded, and gone when the windows have ended", async () => {
  vi.useFakeTimers()
  const limiter = createMemoryLimiter(BUDGET, { mostKeys: 100 })
  await Promise.all(Array.from({ length: 10_000 }, (_, i) => limiter.take(`key${i}`)))
  // The library holds a timer for each key that it counts.
  expect(vi.getTimerCount()).toBe(100)
  vi.advanceTimersByTime(BUDGET.windowMs)
  expect(vi.getTimerCount()).toBe(0)
})
