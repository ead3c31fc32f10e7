import { expect, test } from "vitest"
import type { NewSegment, NewShare, Quotas } from "../../src/shares/ports.ts"
import { CREATED_AT, type MetaBench, newSegment, newShare } from "./meta-bench.ts"

const NONE: Quotas = { ownerBytes: 0, totalBytes: 0 }
let creators = 0

export function quotaContract(bench: () => MetaBench) {
  const newCreator = () => `creator of quotas ${++creators}`
  const sized = (share: NewShare, id: string, bytes: number): NewSegment => ({
    ...newSegment(share, id),
    bytes,
  })
  const commit = (share: NewShare, id: string, bytes: number, quotas = NONE, at = 5) =>
    bench().commit(share, [], { segments: [sized(share, id, bytes)], quotas, at })
  const stored = async (share: NewShare) => (await bench().row(share)).storedBytes
  const fits = (creator: string, bytes: number, quotas: Quotas, at = 5) =>
    bench().meta.quotaExcess({ creator, bytes, quotas, at })

  test("a share's stored bytes are those of its segments, through commits, repetitions and merges", async () => {
    const { create, merge } = bench()
    const share = await create()
    expect(await stored(share)).toBe(0)
    await commit(share, "a", 30)
    await commit(share, "b", 50)
    await commit(share, "b", 50)
    expect(await stored(share)).toBe(80)
    expect(await merge(share, { replaces: ["a", "b"], by: "m" }, { segment: sized(share, "m", 60) })).toBe(
      true,
    )
    expect(await stored(share)).toBe(60)
    expect(await merge(share, { replaces: ["a", "b"], by: "n" }, { segment: sized(share, "n", 10) })).toBe(
      false,
    )
    expect(await stored(share)).toBe(60)
  })

  test("or those of the plain object as last seen", async () => {
    const { create, seePlain } = bench()
    const share = await create({ door: "direct" })
    await seePlain(share, { version: "v1", bytes: 100 })
    await seePlain(share, { version: "v2", bytes: 40, after: "v1" })
    expect(await stored(share)).toBe(40)
    await seePlain(share, { version: "v3", bytes: 70, after: "v1" })
    expect(await stored(share)).toBe(40)
  })

  test("a share that is revoked stores nothing, and one under its id begins with nothing", async () => {
    const { create, meta } = bench()
    const share = await create({ door: "direct" })
    await commit(share, "a", 30)
    await meta.revoke({ shareID: share.id, generation: 0 }, 6)
    expect(await stored(share)).toBe(0)
    await meta.reuseShare(newShare({ ...share }), { generation: 0, state: "revoked" })
    await commit(share, "b", 20)
    expect(await stored(share)).toBe(20)
  })

  test("a creator's active shares are counted together, and no one else's with them", async () => {
    const { create, meta } = bench()
    const creator = newCreator()
    const [one, two] = [await create({ creator }), await create({ creator })]
    const quotas = { ownerBytes: 100, totalBytes: 0 }
    expect(await commit(one, "a", 60, quotas)).toBe(1)
    expect(await commit(two, "b", 41, quotas)).toBe("owner_quota")
    expect(await stored(two)).toBe(0)
    expect(await bench().manifest(two)).toEqual([])
    expect(await commit(two, "b", 40, quotas)).toBe(1)
    expect(await commit(two, "b", 40, quotas)).toBe(1)
    expect([await fits(creator, 0, quotas), await fits(creator, 1, quotas)]).toEqual([
      undefined,
      "owner_quota",
    ])
    expect(await fits(newCreator(), 100, quotas)).toBeUndefined()
    await meta.revoke({ shareID: one.id, generation: 0 }, 6)
    expect([await fits(creator, 60, quotas), await fits(creator, 61, quotas)]).toEqual([
      undefined,
      "owner_quota",
    ])
  })

  test("what is beyond a quota may be merged to less, and not to more", async () => {
    const { create, merge } = bench()
    const share = await create({ creator: newCreator() })
    await commit(share, "a", 60)
    await commit(share, "b", 60)
    const quotas = { ownerBytes: 100, totalBytes: 0 }
    const by = (id: string, bytes: number) =>
      merge(share, { replaces: ["a", "b"], by: id }, { segment: sized(share, id, bytes), quotas })
    expect(await by("more", 121)).toBe("owner_quota")
    expect(await by("same", 120)).toBe(true)
    expect(await stored(share)).toBe(120)
  })

  test("all shares together have a quota, whatever was summed up before", async () => {
    const { create, meta } = bench()
    const creator = newCreator()
    const [one, two] = [await create({ creator }), await create({ creator: newCreator() })]
    // Whatever other tests have left: the largest number that still fits.
    const total = await largestThatFits((bytes) =>
      fits(creator, bytes, { ownerBytes: 0, totalBytes: 2 ** 40 }, CREATED_AT),
    )
    const quotas = { ownerBytes: 0, totalBytes: 2 ** 40 - total + 100 }
    const at = CREATED_AT
    expect(await commit(one, "a", 60, quotas, at)).toBe(1)
    expect(await commit(two, "b", 41, quotas, at)).toBe("total_quota")
    expect(await commit(two, "b", 40, quotas, at)).toBe(1)
    expect(await fits(creator, 1, quotas, at)).toBe("total_quota")
    await meta.revoke({ shareID: one.id, generation: 0 }, at)
    expect([await fits(creator, 60, quotas, at), await fits(creator, 61, quotas, at)]).toEqual([
      undefined,
      "total_quota",
    ])
    await commit(two, "c", 60, NONE, at)
    expect(await fits(creator, 1, quotas, at + 10_000)).toBe("total_quota")
  })
}

async function largestThatFits(fits: (bytes: number) => Promise<string | undefined>): Promise<number> {
  let [least, most] = [0, 2 ** 40]
  while (least < most) {
    const middle = Math.ceil((least + most) / 2)
    if ((await fits(middle)) === undefined) least = middle
    else most = middle - 1
  }
  return least
}
