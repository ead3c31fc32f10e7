import { expect, test } from "vitest"
import { keyOf, type MetaBench, newSegment, secretOf } from "./meta-bench.ts"

export function mergeContract(bench: () => MetaBench) {
  test("the merged segment stands where its parts stood, with all their revisions", async () => {
    const { meta, create, commit, merge, manifest, row } = bench()
    const share = await create()
    await commit(share, ["s1", "s2", "s3", "s4"])
    const before = await row(share)
    expect(await merge(share, { replaces: ["s2", "s3"], by: "m1" })).toBe(true)
    expect(await manifest(share)).toEqual([
      ["s1", 1, 1],
      ["m1", 2, 3],
      ["s4", 4, 4],
    ])
    expect(await row(share)).toEqual({ ...before, epoch: 1, storedBytes: 150 })
    const [, merged] = await meta.segments(share.id)
    expect(merged).toEqual({ ...newSegment(share, "m1", 6), firstRevision: 2, lastRevision: 3 })
  })

  test("a merged segment is merged again, and one may take another's place", async () => {
    const { create, commit, merge, manifest, row } = bench()
    const share = await create()
    await commit(share, ["s1", "s2", "s3"])
    await merge(share, { replaces: ["s1", "s2"], by: "m1" })
    expect(await merge(share, { replaces: ["m1", "s3"], by: "m2" })).toBe(true)
    expect(await manifest(share)).toEqual([["m2", 1, 3]])
    expect(await merge(share, { replaces: ["m2"], by: "m3" })).toBe(true)
    expect(await manifest(share)).toEqual([["m3", 1, 3]])
    expect(await row(share)).toMatchObject({ epoch: 3, revision: 3 })
    expect(await commit(share, ["s4"])).toBe(4)
  })

  test("a reader behind a part of a merged segment is shown the segment", async () => {
    const { meta, create, commit, merge } = bench()
    const share = await create()
    await commit(share, ["s1", "s2", "s3", "s4"])
    await merge(share, { replaces: ["s2", "s3"], by: "m1" })
    const after = async (revision: number) => (await meta.segments(share.id, revision)).map(({ id }) => id)
    expect(await after(1)).toEqual(["m1", "s4"])
    expect(await after(2)).toEqual(["m1", "s4"])
    expect(await after(3)).toEqual(["s4"])
    expect(await after(4)).toEqual([])
  })

  test("nothing is merged when the manifest is not as the caller says", async () => {
    const { create, commit, merge, manifest, row } = bench()
    const share = await create()
    await commit(share, ["s1", "s2", "s3", "s4"])
    await merge(share, { replaces: ["s1", "s2"], by: "m1" })
    const before = [await row(share), await manifest(share)]
    for (const replaces of [
      // Left the manifest.
      ["s1", "s2"],
      ["m1", "s2"],
      // Others stand between.
      ["m1", "s4"],
      // Another order, or one twice.
      ["s4", "s3"],
      ["s3", "s3"],
      // Not the share's.
      ["s4", "s5"],
      ["nothing"],
      [],
    ]) {
      expect(await merge(share, { replaces, by: "m2" }), replaces.join()).toBe(false)
    }
    expect([await row(share), await manifest(share)]).toEqual(before)
  })

  test("nothing is merged by another epoch, for no share, or for a revoked one", async () => {
    const { meta, create, commit, merge, manifest } = bench()
    const share = await create()
    await commit(share, ["s1", "s2", "s3"])
    const ids = { replaces: ["s1", "s2"], by: "m1" }
    expect(await merge(share, ids, { epoch: 1 })).toBe(false)
    expect(await merge(share, ids, { shareID: "nobody" })).toBe(false)
    expect(await manifest(share)).toHaveLength(3)
    expect(await merge(share, ids)).toBe(true)
    expect(await merge(share, { replaces: ["m1", "s3"], by: "m2" }, { epoch: 0 })).toBe(false)
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    expect(await merge(share, { replaces: ["m1", "s3"], by: "m2" })).toBe(false)
    expect(await manifest(share)).toEqual([])
    expect(await meta.liveObjects(share.id)).toEqual(new Set())
  })

  test("a client merges with a secret that may write; the server needs none", async () => {
    const { meta, create, commit, merge } = bench()
    const [share, other] = [await create({ door: "direct" }), await create()]
    await meta.addSecret({ shareID: share.id, hash: "deletes", scope: "delete", createdAt: 1 })
    await commit(share, ["s1", "s2", "s3"])
    const ids = { replaces: ["s1", "s2"], by: "m1" }
    for (const secretHash of ["nobody's", "deletes", secretOf(other), ""]) {
      expect(await merge(share, ids, { secretHash })).toBe(false)
    }
    expect(await merge(share, ids, { secretHash: secretOf(share) })).toBe(true)
    expect(await merge(share, { replaces: ["m1", "s3"], by: "m2" }, { secretHash: undefined })).toBe(true)
  })

  test("of merges side by side that share a segment, one happens", async () => {
    const { create, commit, merge, manifest, row } = bench()
    for (let round = 0; round < 10; round++) {
      const share = await create()
      await commit(share, ["s1", "s2", "s3"])
      const done = await Promise.all([
        merge(share, { replaces: ["s1", "s2"], by: "m1" }, { epoch: 0 }),
        merge(share, { replaces: ["s2", "s3"], by: "m2" }, { epoch: 0 }),
        merge(share, { replaces: ["s1", "s2", "s3"], by: "m3" }, { epoch: 0 }),
      ])
      expect(done.filter(Boolean)).toEqual([true])
      expect((await manifest(share)).map(([id]) => id)).toContain(`m${done.indexOf(true) + 1}`)
      expect(await row(share)).toMatchObject({ epoch: 1, revision: 3 })
    }
  })

  test("commits side by side with merges lose nothing", async () => {
    const { meta, create, commit, merge, row } = bench()
    const share = await create()
    await commit(share, ["first", "second"])
    let committing = true
    const commits = Promise.all(Array.from({ length: 40 }, (_, i) => commit(share, [`s${i}`]))).finally(
      () => {
        committing = false
      },
    )
    let merges = 0
    async function mergePairs(worker: string) {
      for (let i = 0; committing || i === 0; i++) {
        const pair = (await meta.segments(share.id)).slice(-2)
        const items = pair.reduce((sum, segment) => sum + segment.items, 0)
        const by = `${worker}${i}`
        const segment = newSegment(share, by, items)
        if (await merge(share, { replaces: pair.map(({ id }) => id), by }, { segment })) merges += 1
      }
    }
    await Promise.all([mergePairs("a"), mergePairs("b"), commits])
    const revisions = (await commits).map(Number).sort((a, b) => a - b)
    expect(revisions).toEqual(Array.from({ length: 40 }, (_, i) => i + 3))
    const segments = await meta.segments(share.id)
    expect(segments.reduce((sum, { items }) => sum + items, 0)).toBe(42 * 3)
    // From the first revision to the last, without a gap and without an overlap.
    expect(segments.map(({ firstRevision }) => firstRevision)).toEqual([
      1,
      ...segments.slice(0, -1).map(({ lastRevision }) => lastRevision + 1),
    ])
    expect(segments.at(-1)?.lastRevision).toBe(42)
    expect(merges).toBeGreaterThan(0)
    expect(await row(share)).toMatchObject({ revision: 42, epoch: merges })
  })

  test("superseded are the replaced objects from before a time, the oldest first, until they are forgotten", async () => {
    const { meta, create, commit, merge } = bench()
    const [share, other] = [await create(), await create()]
    await commit(share, ["s1", "s2", "s3"])
    await commit(other, ["x1", "x2"])
    // No other test is as early, so these are the oldest of all; noted in another order than that of their times.
    await merge(share, { replaces: ["s1", "s2"], by: "m1" }, { at: -10 })
    await merge(other, { replaces: ["x1"], by: "m1" }, { at: -20 })
    await merge(share, { replaces: ["m1", "s3"], by: "m2" }, { at: -30 })
    const seen = async (before: number, limit = 100) =>
      (await meta.superseded(before, limit)).map(({ shareID, segmentID }) => [shareID, segmentID])
    expect(await seen(-30)).toEqual([])
    expect((await seen(-29)).sort()).toEqual([
      [share.id, "m1"],
      [share.id, "s3"],
    ])
    expect((await seen(-10)).slice(2)).toEqual([[other.id, "x1"]])
    expect((await seen(-9)).slice(3).sort()).toEqual([
      [share.id, "s1"],
      [share.id, "s2"],
    ])
    expect(await seen(-9, 3)).toEqual((await seen(-9)).slice(0, 3))
    expect((await meta.superseded(-10, 3))[2]).toEqual({
      shareID: other.id,
      segmentID: "x1",
      objectKey: keyOf(other, "x1"),
    })
    await meta.forgetSuperseded({ shareID: share.id, segmentID: "s3" })
    await meta.forgetSuperseded({ shareID: share.id, segmentID: "s3" })
    await meta.forgetSuperseded({ shareID: share.id, segmentID: "x1" })
    expect(await seen(-10)).toEqual([
      [share.id, "m1"],
      [other.id, "x1"],
    ])
    expect(await meta.knownSegments(share.id, ["s3", "m1"])).toEqual(["m1"])
  })

  test("[P8] a merge may not make a share larger than it may be, and no larger it always may", async () => {
    const { create, commit, merge, manifest, row } = bench()
    const share = await create()
    await commit(share, ["s1", "s2", "s3"])
    const before = [await row(share), await manifest(share)]
    const replaces = ["s1", "s2"]
    const by = (contentBytes: number, limit: number) =>
      merge(
        share,
        { replaces, by: "m1" },
        {
          segment: { ...newSegment(share, "m1"), contentBytes },
          limits: { contentBytes: limit, segments: 1 },
        },
      )
    expect(await by(1_000, 1_399)).toBe("too_large")
    expect([await row(share), await manifest(share)]).toEqual(before)
    // As when the limit was lowered.
    expect(await by(800, 100)).toBe(true)
  })

  test("of one merge many times side by side, one happens; a segment that is there replaces nothing", async () => {
    const { create, commit, merge, row, manifest } = bench()
    const share = await create()
    await commit(share, ["s1", "s2", "s3"])
    const ids = { replaces: ["s1", "s2"], by: "m1" }
    const done = await Promise.all(Array.from({ length: 6 }, () => merge(share, ids, { epoch: 0 })))
    expect(done.filter(Boolean)).toEqual([true])
    expect(await row(share)).toMatchObject({ epoch: 1 })
    for (const by of ["m1", "s3", "s1"]) {
      expect(await merge(share, { replaces: ["m1", "s3"], by })).toBe(false)
    }
    expect(await manifest(share)).toHaveLength(2)
  })
}
