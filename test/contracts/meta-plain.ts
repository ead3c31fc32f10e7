import { expect, test } from "vitest"
import { type MetaBench, NOTHING, newShare, SOMETHING } from "./meta-bench.ts"

export function plainContract(bench: () => MetaBench) {
  test("seeing the plain object fixes the form; every version of it is a revision and a sync", async () => {
    const { create, seePlain, row } = bench()
    const share = await create({ door: "direct" })
    const before = await row(share)
    const first = await seePlain(share, { version: "v1", bytes: 100, at: 7 })
    expect(first).toEqual({
      ...before,
      form: "plain",
      revision: 1,
      syncs: 1,
      updatedAt: 7,
      plain: { version: "v1", bytes: 100 },
      storedBytes: 100,
    })
    expect(await row(share)).toEqual(first)
    const second = await seePlain(share, { version: "v2", bytes: 200, after: "v1", at: 8 })
    expect(second).toMatchObject({
      revision: 2,
      syncs: 2,
      updatedAt: 8,
      plain: { version: "v2", bytes: 200 },
    })
  })

  test("of several that see the same change, one raises the revision, and all are answered the share", async () => {
    const { create, seePlain } = bench()
    const share = await create({ door: "direct" })
    for (const [version, after] of [
      ["v1", undefined],
      ["v2", "v1"],
    ] as const) {
      const seen = await Promise.all(Array.from({ length: 8 }, () => seePlain(share, { version, after })))
      const revision = version === "v1" ? 1 : 2
      for (const row of seen) expect(row).toMatchObject({ revision, syncs: revision, plain: { version } })
    }
  })

  test("who goes by another version changes nothing and is answered the share as it is", async () => {
    const { create, seePlain, row } = bench()
    const share = await create({ door: "direct" })
    expect(await seePlain(share, { version: "v2", after: "v1" })).toEqual(await row(share))
    expect(await row(share)).toMatchObject({ form: undefined, revision: 0 })
    await seePlain(share, { version: "v1" })
    const before = await row(share)
    expect(await seePlain(share, { version: "v3", after: "v2", at: 99 })).toEqual(before)
    expect(await seePlain(share, { version: "v3", after: undefined, at: 99 })).toEqual(before)
    expect(await row(share)).toEqual(before)
  })

  test("a share of the log form stays one, and says so", async () => {
    const { create, commit, seePlain, row } = bench()
    const share = await create({ door: "direct" })
    await commit(share, ["s1"])
    const before = await row(share)
    expect(await seePlain(share, {})).toEqual(before)
    expect(await row(share)).toEqual(before)
  })

  test("of a first commit and a first look side by side, one fixes the form", async () => {
    const { meta, create, commit, seePlain } = bench()
    for (let round = 0; round < 10; round++) {
      const share = await create({ door: "direct" })
      const [revision, seen] = await Promise.all([commit(share, ["s1"]), seePlain(share, {})])
      expect(seen).toMatchObject({ form: revision === undefined ? "plain" : "log", revision: 1 })
      expect(await meta.segments(share.id)).toHaveLength(revision === undefined ? 0 : 1)
    }
  })

  test("nothing is seen of no share, of a revoked one, or of another generation", async () => {
    const { meta, create, seePlain, row } = bench()
    const share = await create({ door: "direct" })
    expect(await seePlain(share, { shareID: "nobody" })).toBeUndefined()
    expect(await seePlain(share, { generation: 1 })).toBeUndefined()
    expect(await row(share)).toMatchObject({ form: undefined, revision: 0, plain: undefined })
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    expect(await seePlain(share, {})).toBeUndefined()
    const next = newShare({ id: share.id, door: "direct" })
    await meta.reuseShare(next, { generation: 0, state: "revoked" })
    expect(await seePlain(next, { generation: 0 })).toBeUndefined()
    expect(await row(next)).toMatchObject({ form: undefined, revision: 0, plain: undefined })
    expect(await seePlain(next, { generation: 1 })).toMatchObject({ form: "plain", revision: 1 })
  })

  test("what the object says of itself is noted for the version that said it", async () => {
    const { meta, create, seePlain, row } = bench()
    const share = await create({ door: "direct" })
    const describePlain = (version: string) =>
      meta.describePlain({ shareID: share.id, version, redactions: 0, metadata: SOMETHING })
    await describePlain("v1")
    expect((await row(share)).metadata).toEqual(NOTHING)
    const seen = await seePlain(share, { version: "v1" })
    await describePlain("v0")
    expect(await row(share)).toEqual(seen)
    await describePlain("v1")
    expect(await row(share)).toEqual({ ...seen, metadata: SOMETHING })
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    await describePlain("v1")
    expect(await row(share)).toMatchObject({ metadata: NOTHING, plain: undefined })
  })
}
