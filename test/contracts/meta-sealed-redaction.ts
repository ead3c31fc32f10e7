import { expect, test } from "vitest"
import type { RedactionStore } from "../../src/shares/ports.ts"
import { keyOf, type MetaBench, newSegment, type newShare, secretOf } from "./meta-bench.ts"

type Share = ReturnType<typeof newShare>
type Request = Parameters<RedactionStore["redactSealed"]>[0]

/** What owners take out of what nobody can read here. */
export function sealedRedactionContract(bench: () => MetaBench) {
  const redact = (
    share: Share,
    segments: readonly string[],
    { ids = ["r1"], ...changes }: Partial<Request> & { ids?: readonly string[] } = {},
  ) =>
    bench().meta.redactSealed({
      shareID: share.id,
      generation: 0,
      secretHash: secretOf(share),
      rules: ids.map((id, i) => ({ id, sealed: `sealed ${id}`, occurrences: i + 1 })),
      most: 9,
      at: 7,
      segments: segments.map((id) => newSegment(share, id)),
      sealed: { revision: 2, epoch: 0, head: "newHead" },
      items: 5,
      limits: { contentBytes: 10_000, segments: 4 },
      ...changes,
    })

  const due = async ({ id }: Share) => (await bench().meta.superseded(1, 99, id)).map((row) => row.objectKey)

  /** Two commits, of which the revision is 2. */
  async function written(): Promise<Share> {
    const share = await bench().create({ door: "direct", encrypted: true })
    await bench().commit(share, ["a"], { sealed: { revision: 0, epoch: 0, head: "head1" } })
    await bench().commit(share, ["b"], { sealed: { revision: 1, epoch: 0, head: "head2" } })
    return share
  }

  test("rules, list and head change together, and all that was there is due at once", async () => {
    const { meta, row, manifest } = bench()
    const share = await written()
    const before = await row(share)
    const after = await redact(share, ["x", "y"], { ids: ["r1", "r2"] })
    expect(after).toEqual({
      ...before,
      revision: 4,
      epoch: 1,
      head: "newHead",
      redactions: 2,
      redactedTo: 4,
      updatedAt: 7,
    })
    expect(await row(share)).toEqual(after)
    expect(await manifest(share)).toEqual([
      ["x", 1, 3],
      ["y", 4, 4],
    ])
    expect((await meta.segments(share.id)).map(({ redactions }) => redactions)).toEqual([2, 2])
    expect((await due(share)).sort()).toEqual([keyOf(share, "a"), keyOf(share, "b")])
    expect(await meta.redactions(share.id, 0)).toEqual([
      { id: "r1", rule: "sealed r1", createdAt: 7, occurrences: 1, items: 0, segments: 0, objects: 0 },
      { id: "r2", rule: "sealed r2", createdAt: 7, occurrences: 2, items: 5, segments: 2, objects: 2 },
    ])
    expect(await meta.unredacted(share.id)).toEqual([share.id])
    for (const id of ["a", "b"]) await meta.forgetSuperseded({ shareID: share.id, segmentID: id })
    expect(await meta.unredacted(share.id)).toEqual([])
  })

  test("what merges had replaced is due with it", async () => {
    const { merge } = bench()
    const share = await written()
    await merge(
      share,
      { replaces: ["a", "b"], by: "m" },
      { sealed: { revision: 2, epoch: 0, head: "merged" } },
    )
    expect(await due(share)).toEqual([])
    expect(await redact(share, ["x"], { sealed: { revision: 2, epoch: 1, head: "newHead" } })).toMatchObject({
      epoch: 2,
      revision: 3,
    })
    expect((await due(share)).sort()).toEqual(["a", "b", "m"].map((id) => keyOf(share, id)))
  })

  test("one that is repeated changes nothing; what has moved on is refused and changes nothing", async () => {
    const { row } = bench()
    const share = await written()
    const before = await row(share)
    for (const sealed of [
      { revision: 1, epoch: 0, head: "h" },
      { revision: 2, epoch: 1, head: "h" },
    ]) {
      expect(await redact(share, ["x"], { sealed })).toBe("moved")
    }
    expect(await row(share)).toEqual(before)
    const after = await redact(share, ["x"])
    expect(await redact(share, ["z"])).toEqual(after)
    expect(await redact(share, ["z"], { ids: ["r1", "r2"] })).toBe("moved")
    expect(await row(share)).toEqual(after)
  })

  test("what stands in the list, or did, is not put into it again: its object is to be deleted", async () => {
    const { row } = bench()
    const share = await written()
    const before = await row(share)
    expect(await redact(share, ["x", "b"])).toBe("moved")
    expect(await row(share)).toEqual(before)
    await redact(share, ["x"])
    const sealed = { revision: 3, epoch: 1, head: "again" }
    expect(await redact(share, ["a"], { ids: ["r2"], sealed })).toBe("moved")
  })

  test("limits, secrets and ends are held to", async () => {
    const { meta, row, create } = bench()
    const share = await written()
    const before = await row(share)
    expect(await redact(share, ["x"], { ids: ["r1", "r2"], most: 1 })).toBe("too_many_rules")
    expect(await redact(share, ["x", "y"], { limits: { contentBytes: 799, segments: 4 } })).toBe("too_large")
    expect(await redact(share, ["x", "y"], { limits: { contentBytes: 9999, segments: 1 } })).toBe("too_many")
    expect(await redact(share, ["x", "y", "z"], { quotas: { ownerBytes: 1, totalBytes: 0 } })).toBe(
      "owner_quota",
    )
    expect(await redact(share, ["x"], { secretHash: "another" })).toBeUndefined()
    expect(await redact(share, ["x"], { generation: 1 })).toBeUndefined()
    expect(await row(share)).toEqual(before)
    expect(await redact(share, ["x"], { quotas: { ownerBytes: 1, totalBytes: 1 } })).toMatchObject({
      storedBytes: 50,
    })
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    expect(await redact(share, ["y"], { ids: ["r3"] })).toBeUndefined()
    const over = await create({
      door: "direct",
      encrypted: true,
      access: { visibility: "unlisted", password: undefined, expiresAt: 7 },
    })
    expect(await redact(over, ["x"], { sealed: { revision: 0, epoch: 0, head: "h" }, at: 7 })).toBeUndefined()
  })

  test("an owner who is known by other means needs no secret", async () => {
    expect(await redact(await written(), ["x"], { secretHash: undefined })).toMatchObject({ redactions: 1 })
  })

  test("commits and merges that went by fewer rules are refused, whatever they know of the list", async () => {
    const { commit, merge, row } = bench()
    const share = await written()
    await redact(share, ["x"])
    const sealed = { revision: 3, epoch: 1, head: "later" }
    expect(await commit(share, ["c"], { sealed, redactions: 0 })).toBe("moved")
    expect(await merge(share, { replaces: ["x"], by: "m" }, { sealed, redactions: 0 })).toBe(false)
    expect(await row(share)).toMatchObject({ revision: 3, epoch: 1, head: "newHead" })
    expect(await commit(share, ["c"], { sealed, redactions: 1 })).toBe(4)
    const merged = { sealed: { ...sealed, revision: 4 }, redactions: 1 }
    expect(await merge(share, { replaces: ["x", "c"], by: "m" }, merged)).toBe(true)
  })

  test("of redactions, commits and merges side by side one wins, and the others are told", async () => {
    const { commit, merge, row } = bench()
    const share = await written()
    const sealed = { revision: 2, epoch: 0, head: "other" }
    const outcomes = await Promise.all([
      redact(share, ["x"], { ids: ["r1"] }),
      redact(share, ["y"], { ids: ["r2"] }),
      commit(share, ["c"], { sealed, redactions: 0 }),
      merge(share, { replaces: ["a", "b"], by: "m" }, { sealed, redactions: 0 }),
    ])
    expect(outcomes.filter((outcome) => outcome !== "moved" && outcome !== false)).toHaveLength(1)
    expect(await row(share)).toMatchObject({ redactions: expect.any(Number) })
  })
}
