import { expect, test } from "vitest"
import type { MetaBench } from "./meta-bench.ts"

export function leaseContract(bench: () => MetaBench) {
  test("a lease is one caller's until it has passed", async () => {
    const { meta } = bench()
    const take = (name: string, now: number) => meta.takeLease({ name, now, until: now + 100 })
    expect(await take("sweep", 1_000)).toBe(true)
    expect(await take("sweep", 1_000)).toBe(false)
    expect(await take("sweep", 1_099)).toBe(false)
    expect(await take("other", 1_050)).toBe(true)
    expect(await take("sweep", 1_100)).toBe(true)
    // What was refused has not made it longer or shorter.
    expect(await take("sweep", 1_199)).toBe(false)
    expect(await take("sweep", 1_200)).toBe(true)
  })

  test("of many that want it at once, one gets it, each time", async () => {
    const { meta } = bench()
    for (const now of [1_000, 1_100, 1_500]) {
      const taken = await Promise.all(
        Array.from({ length: 12 }, () => meta.takeLease({ name: "crowd", now, until: now + 100 })),
      )
      expect(taken.filter(Boolean)).toEqual([true])
    }
  })

  test("leases that ended long ago are forgotten, and no others", async () => {
    const { meta } = bench()
    const take = (name: string, now: number, until: number) => meta.takeLease({ name, now, until })
    await take("ended", 1_000, 1_100)
    await take("lasting", 1_000, 9_000)
    await meta.forgetLeases(2_000)
    // By a clock at which neither had ended.
    expect(await take("ended", 1_050, 1_100)).toBe(true)
    expect(await take("lasting", 1_050, 1_100)).toBe(false)
  })

  test("a lease that is given back is free, and nobody gives back another's", async () => {
    const { meta } = bench()
    const take = (now: number) => meta.takeLease({ name: "given back", now, until: now + 100 })
    expect(await take(1_000)).toBe(true)
    await meta.endLease({ name: "given back", until: 1_100 })
    expect(await take(1_001)).toBe(true)
    await meta.endLease({ name: "given back", until: 1_100 })
    expect(await take(1_002)).toBe(false)
    await meta.endLease({ name: "nobody's", until: 1_100 })
  })
}
