import { afterEach, beforeEach, describe, expect, test, vi } from "vitest"
import type { Budget, Limiter } from "../../src/shares/ports.ts"

const WINDOW = 60_000

/** What every Limiter does, whatever it stands on. `open` makes limiters that count in the same place. */
export function limiterContract(name: string, open: () => (budget: Budget) => Limiter) {
  describe(`limiter: ${name}`, () => {
    let count = 0
    let key = ""
    let limiterFor: (budget: Budget) => Limiter
    beforeEach(() => {
      vi.useFakeTimers({ toFake: ["Date"] })
      limiterFor = open()
      // Its own in every test: what the last one counted may still be there.
      key = `key${++count}`
    })
    afterEach(() => {
      vi.useRealTimers()
    })

    const limiterOf = (limit: number) => limiterFor({ name: "new-shares", limit, windowMs: WINDOW })
    const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)
    async function takes(limiter: Limiter, times: number): Promise<boolean[]> {
      const taken: boolean[] = []
      for (let i = 0; i < times; i++) taken.push((await limiter.take(key)).allowed)
      return taken
    }

    test("allows as many takes as its limit, says what is left, and refuses the next", async () => {
      const limiter = limiterOf(2)
      expect(await limiter.take(key)).toEqual({ allowed: true, limit: 2, remaining: 1, resetAfterMs: WINDOW })
      pass(20_000)
      expect(await limiter.take(key)).toEqual({ allowed: true, limit: 2, remaining: 0, resetAfterMs: 40_000 })
      pass(10_000)
      const refused = { allowed: false, limit: 2, remaining: 0, resetAfterMs: 30_000 }
      expect(await limiter.take(key)).toEqual(refused)
      expect(await limiter.take(key)).toEqual(refused)
    })

    test("everything is free again when the window ends, however much was refused in it", async () => {
      const limiter = limiterOf(2)
      expect(await takes(limiter, 5)).toEqual([true, true, false, false, false])
      pass(WINDOW - 1)
      expect(await takes(limiter, 1)).toEqual([false])
      pass(1)
      expect(await limiter.peek(key)).toEqual({ limit: 2, remaining: 2, resetAfterMs: 0 })
      expect(await takes(limiter, 3)).toEqual([true, true, false])
    })

    test("fifty takes at once are allowed as often as the limit says", async () => {
      const limiter = limiterOf(10)
      const taken = await Promise.all(Array.from({ length: 50 }, () => limiter.take(key)))
      expect(taken.filter(({ allowed }) => allowed)).toHaveLength(10)
      expect(await limiter.peek(key)).toMatchObject({ remaining: 0 })
    })

    test("what is given back can be taken again, once, although more was refused than that", async () => {
      const limiter = limiterOf(10)
      await Promise.all(Array.from({ length: 50 }, () => limiter.take(key)))
      await limiter.giveBack(key)
      expect(await limiter.peek(key)).toMatchObject({ remaining: 1 })
      expect(await takes(limiter, 3)).toEqual([true, false, false])
    })

    test("nothing can be given back that was not taken, or was taken in a window that has ended", async () => {
      const limiter = limiterOf(2)
      await limiter.giveBack(key)
      expect(await takes(limiter, 3)).toEqual([true, true, false])
      pass(WINDOW)
      await limiter.giveBack(key)
      expect(await takes(limiter, 3)).toEqual([true, true, false])
    })

    test("peeking takes nothing", async () => {
      const limiter = limiterOf(2)
      expect(await limiter.peek(key)).toEqual({ limit: 2, remaining: 2, resetAfterMs: 0 })
      await limiter.take(key)
      pass(1_000)
      for (let i = 0; i < 3; i++) {
        expect(await limiter.peek(key)).toEqual({ limit: 2, remaining: 1, resetAfterMs: WINDOW - 1_000 })
      }
    })

    test("keys are counted apart, and so are budgets", async () => {
      const limiter = limiterOf(1)
      const other = limiterFor({ name: "create-requests", limit: 1, windowMs: WINDOW })
      expect((await limiter.take(key)).allowed).toBe(true)
      expect((await other.take(key)).allowed).toBe(true)
      expect((await limiter.take(`${key}-other`)).allowed).toBe(true)
      expect((await limiter.take(key)).allowed).toBe(false)
      expect((await other.take(key)).allowed).toBe(false)
    })
  })
}
