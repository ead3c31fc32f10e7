import { expect, test } from "vitest"
import { keyOf, type MetaBench, NOTHING, newSegment, SOMETHING, secretOf } from "./meta-bench.ts"

export function commitContract(bench: () => MetaBench) {
  test("[L1] commits add segments in order and raise the revision by one each", async () => {
    const { meta, create, commit, row } = bench()
    const share = await create()
    expect(await commit(share, ["s1"])).toBe(1)
    expect(await commit(share, ["s2"])).toBe(2)
    expect(await meta.segments(share.id)).toEqual(
      ["s1", "s2"].map((id, i) => ({
        ...newSegment(share, id),
        firstRevision: i + 1,
        lastRevision: i + 1,
      })),
    )
    expect((await meta.segments(share.id, 1)).map(({ id }) => id)).toEqual(["s2"])
    expect(await row(share)).toMatchObject({ revision: 2, updatedAt: 5, form: "log", epoch: 0 })
  })

  test("several segments of one commit get a revision each, in their order, and are one sync", async () => {
    const { create, commit, manifest, row } = bench()
    const share = await create()
    expect(await commit(share, ["b", "a", "c"])).toBe(3)
    expect(await commit(share, ["d"])).toBe(4)
    expect(await manifest(share)).toEqual([
      ["b", 1, 1],
      ["a", 2, 2],
      ["c", 3, 3],
      ["d", 4, 4],
    ])
    expect(await row(share)).toMatchObject({ revision: 4, syncs: 2 })
  })

  test("what the share already has is left out, so that a commit can be repeated", async () => {
    const { create, commit, manifest, row } = bench()
    const share = await create()
    await commit(share, ["s1", "s2"])
    const before = await row(share)
    expect(await commit(share, ["s1", "s2"], { at: 99 })).toBe(2)
    expect(await row(share)).toEqual(before)
    expect(await commit(share, ["s2", "s3", "s1"])).toBe(3)
    expect(await manifest(share)).toEqual([
      ["s1", 1, 1],
      ["s2", 2, 2],
      ["s3", 3, 3],
    ])
    expect(await row(share)).toMatchObject({ syncs: 2 })
  })

  test("a segment that one commit names twice is added once", async () => {
    const { create, commit, manifest } = bench()
    const share = await create()
    expect(await commit(share, ["s1", "s1", "s2"])).toBe(2)
    expect(await manifest(share)).toEqual([
      ["s1", 1, 1],
      ["s2", 2, 2],
    ])
  })

  test("what the share had until a merge is left out as well", async () => {
    const { meta, create, commit, merge, manifest } = bench()
    const share = await create()
    await commit(share, ["s1", "s2", "s3"])
    await merge(share, { replaces: ["s1", "s2"], by: "m1" })
    expect(await commit(share, ["s1"])).toBe(3)
    expect(await commit(share, ["s2", "s4"])).toBe(4)
    expect(await manifest(share)).toEqual([
      ["m1", 1, 2],
      ["s3", 3, 3],
      ["s4", 4, 4],
    ])
    expect((await meta.knownSegments(share.id, ["s1", "s4", "m1", "s9"])).sort()).toEqual(["m1", "s1", "s4"])
    expect(await meta.knownSegments(share.id, [])).toEqual([])
  })

  test("an empty commit commits nothing", async () => {
    const { create, commit, row } = bench()
    const share = await create()
    const before = await row(share)
    expect(await commit(share, [], { at: 99 })).toBe(0)
    expect(await row(share)).toEqual(before)
  })

  test("the same commit many times side by side is made once", async () => {
    const { create, commit, manifest, row } = bench()
    const share = await create()
    const revisions = await Promise.all(Array.from({ length: 12 }, () => commit(share, ["s1", "s2"])))
    expect(revisions).toEqual(Array(12).fill(2))
    expect(await manifest(share)).toEqual([
      ["s1", 1, 1],
      ["s2", 2, 2],
    ])
    expect(await row(share)).toMatchObject({ revision: 2, syncs: 1 })
  })

  test("two shares may have segments of one id", async () => {
    const { create, commit, manifest } = bench()
    const [one, other] = [await create(), await create()]
    await commit(one, ["s1"])
    expect(await commit(other, ["s1"])).toBe(1)
    expect(await manifest(other)).toEqual([["s1", 1, 1]])
  })

  test("a commit says what the share then says of itself, or leaves it as it was", async () => {
    const { create, commit, row } = bench()
    const share = await create()
    await commit(share, ["s1"])
    expect((await row(share)).metadata).toEqual(NOTHING)
    await commit(share, ["s2"], { metadata: SOMETHING })
    expect((await row(share)).metadata).toEqual(SOMETHING)
    await commit(share, ["s3"])
    expect((await row(share)).metadata).toEqual(SOMETHING)
    await commit(share, ["s4"], { metadata: { ...NOTHING, messages: 7 } })
    expect((await row(share)).metadata).toEqual({ ...NOTHING, messages: 7 })
  })

  test("[C4] the first commit keeps its secret, drops the others that could write, and keeps those that delete", async () => {
    const { meta, create, commit } = bench()
    const share = await create()
    await meta.addSecret({ shareID: share.id, hash: "second", scope: "write", createdAt: 1 })
    await meta.addSecret({ shareID: share.id, hash: "deletes", scope: "delete", createdAt: 1 })
    expect(await commit(share, ["s1"], { secretHash: "second" })).toBe(1)
    expect(new Set((await meta.secrets(share.id)).map(({ hash }) => hash))).toEqual(
      new Set(["second", "deletes"]),
    )
    expect(await commit(share, ["s2"])).toBeUndefined()
    expect(await meta.segments(share.id)).toHaveLength(1)
  })

  test("a later commit drops no secret", async () => {
    const { meta, create, commit } = bench()
    const share = await create()
    await commit(share, ["s1"])
    await meta.addSecret({ shareID: share.id, hash: "second", scope: "write", createdAt: 1 })
    await commit(share, ["s2"])
    expect(await meta.secrets(share.id)).toHaveLength(2)
    expect(await commit(share, ["s3"], { secretHash: "second" })).toBe(3)
  })

  test("nothing is committed with a secret that is not the share's or may only delete", async () => {
    const { meta, create, commit, row } = bench()
    const [share, other] = [await create(), await create()]
    await meta.addSecret({ shareID: share.id, hash: "deletes", scope: "delete", createdAt: 1 })
    const before = await row(share)
    for (const secretHash of ["nobody's", "deletes", secretOf(other), ""]) {
      expect(await commit(share, ["s1"], { secretHash })).toBeUndefined()
    }
    expect(await row(share)).toEqual(before)
    expect(await meta.segments(share.id)).toEqual([])
    expect(await meta.secrets(share.id)).toHaveLength(2)
  })

  test("a repeated commit, too, takes the right secret", async () => {
    const { create, commit } = bench()
    const share = await create()
    await commit(share, ["s1"])
    expect(await commit(share, ["s1"], { secretHash: "nobody's" })).toBeUndefined()
  })

  test("nothing is committed to a share of the plain form, of no share, or of a revoked one", async () => {
    const { meta, create, commit, seePlain, row } = bench()
    const plain = await create({ door: "direct" })
    await seePlain(plain, {})
    const before = await row(plain)
    expect(await commit(plain, ["s1"])).toBeUndefined()
    expect(await row(plain)).toEqual(before)
    const revoked = await create()
    await meta.revoke({ shareID: revoked.id, generation: 0 }, 9)
    expect(await commit(revoked, ["s1"])).toBeUndefined()
    expect(await meta.segments(revoked.id)).toEqual([])
    expect(await commit(revoked, ["s1"], { shareID: "nobody" })).toBeUndefined()
  })

  test("fifty commits side by side get fifty revisions", async () => {
    const { create, commit, row } = bench()
    const share = await create()
    const revisions = await Promise.all(Array.from({ length: 50 }, (_, i) => commit(share, [`s${i}`])))
    expect(revisions.map(Number).sort((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1))
    expect(await row(share)).toMatchObject({ revision: 50, syncs: 50 })
  })

  test("[C4] of two first commits side by side, one keeps its secret and the other commits nothing", async () => {
    const { meta, create, commit } = bench()
    for (let round = 0; round < 10; round++) {
      const share = await create()
      await meta.addSecret({ shareID: share.id, hash: "second", scope: "write", createdAt: 1 })
      const revisions = await Promise.all([
        commit(share, ["s1"]),
        commit(share, ["s2"], { secretHash: "second" }),
      ])
      const won = revisions[0] === 1 ? secretOf(share) : "second"
      expect(revisions.filter((revision) => revision !== undefined)).toEqual([1])
      expect(await meta.secrets(share.id)).toEqual([{ hash: won, scope: "write" }])
      expect(await meta.segments(share.id)).toHaveLength(1)
    }
  })

  test("live are the objects of the manifest and those that a merge has just replaced", async () => {
    const { meta, create, commit, merge } = bench()
    const [share, other] = [await create(), await create()]
    await commit(other, ["x1"])
    expect(await meta.liveObjects(share.id)).toEqual(new Set())
    await commit(share, ["s1", "s2", "s3"])
    await merge(share, { replaces: ["s1", "s2"], by: "m1" })
    const keys = (...ids: string[]) => new Set(ids.map((id) => keyOf(share, id)))
    expect(await meta.liveObjects(share.id)).toEqual(keys("s1", "s2", "s3", "m1"))
    await meta.forgetSuperseded({ shareID: share.id, segmentID: "s1" })
    expect(await meta.liveObjects(share.id)).toEqual(keys("s2", "s3", "m1"))
  })

  test("[P8] commits are held to limits together, also side by side", async () => {
    const { meta, create, commit, row } = bench()
    const [share, other] = [await create(), await create()]
    await commit(other, ["s1", "s2", "s3"])
    // Each has 400 bytes of content.
    const limits = { contentBytes: 2_000, segments: 100 }
    const done = await Promise.all(Array.from({ length: 12 }, (_, i) => commit(share, [`s${i}`], { limits })))
    expect(done.filter((revision) => typeof revision === "number")).toHaveLength(5)
    expect(done.filter((refused) => refused === "too_large")).toHaveLength(7)
    expect(await row(share)).toMatchObject({ revision: 5, syncs: 5 })
    const [first] = await meta.segments(share.id)
    expect(await commit(share, [first?.id ?? ""], { limits })).toBe(5)
    expect(await commit(share, ["more"])).toBe(6)
  })

  test("[P8] nor may there be more segments than a reader can ask for", async () => {
    const { create, commit, merge, row } = bench()
    const share = await create()
    const limits = { contentBytes: 1e9, segments: 3 }
    expect(await commit(share, ["s1", "s2"], { limits })).toBe(2)
    const before = await row(share)
    expect(await commit(share, ["s3", "s4"], { limits, metadata: SOMETHING })).toBe("too_many")
    expect(await row(share)).toEqual(before)
    expect(await commit(share, ["s3"], { limits })).toBe(3)
    expect(await merge(share, { replaces: ["s1", "s2"], by: "m1" }, { limits })).toBe(true)
    expect(await commit(share, ["s4"], { limits })).toBe(4)
    // What is there already needs no room.
    expect(await commit(share, ["s4"], { limits })).toBe(4)
  })

  test("a NUL in a title, which PostgreSQL takes nowhere, is left out", async () => {
    const { create, commit, row } = bench()
    const share = await create()
    const said = { ...SOMETHING, title: "A\0 ti\0tle", directory: "\0/home/dev" }
    expect(await commit(share, ["s1"], { metadata: said })).toBe(1)
    expect((await row(share)).metadata).toEqual(SOMETHING)
  })
}
