import { expect, test } from "vitest"
import type { RedactionStore, Tally } from "../../src/shares/ports.ts"
import { keyOf, type MetaBench, newSegment, newShare, SOMETHING, secretOf } from "./meta-bench.ts"

type Share = ReturnType<typeof newShare>

/** What owners take out of what is stored. */
export function redactionContract(bench: () => MetaBench) {
  const add = (
    { id: shareID, ...share }: Share,
    ids: readonly string[],
    changes: Partial<Parameters<RedactionStore["addRedactions"]>[0]> = {},
  ) =>
    bench().meta.addRedactions({
      shareID,
      generation: 0,
      secretHash: secretOf({ id: shareID, ...share }),
      rules: ids.map((id) => ({ id, rule: `sealed ${id}` })),
      most: 9,
      at: 7,
      redact: (text) => text.replace("title", "[redacted]"),
      ...changes,
    })

  const rewrite = ({ id: shareID, ...share }: Share, segmentID: string, by?: string, redactions = 1) =>
    bench().meta.redactSegment({
      shareID,
      generation: 0,
      segmentID,
      redactions,
      by: by === undefined ? undefined : newSegment({ id: shareID, ...share }, by),
      tally: by === undefined ? NONE : ONE,
    })

  const due = async ({ id }: Share) => (await bench().meta.superseded(1, 99, id)).map((row) => row.objectKey)

  test("rules raise the revision by one, redact what the row says, and come back in their order", async () => {
    const { meta, create, commit, row } = bench()
    const share = await create()
    await commit(share, ["a"], { metadata: SOMETHING })
    const before = await row(share)
    expect(before).toMatchObject({ redactions: 0, redactedTo: 0 })
    const after = await add(share, ["r2", "r1", "r2"])
    expect(after).toEqual({
      ...before,
      revision: 2,
      redactions: 2,
      redactedTo: 2,
      updatedAt: 7,
      metadata: { ...SOMETHING, title: "A [redacted]" },
    })
    expect(await row(share)).toEqual(after)
    const none = { createdAt: 7, occurrences: 0, items: 0, segments: 0, objects: 0 }
    expect(await meta.redactions(share.id, 0)).toEqual([
      { id: "r2", rule: "sealed r2", ...none },
      { id: "r1", rule: "sealed r1", ...none },
    ])
    expect(await meta.redactions(share.id, 1)).toEqual([])
    // Repeated, and with one more.
    expect(await add(share, ["r1", "r2"])).toEqual(after)
    expect(await add(share, ["r1", "r3"])).toMatchObject({ redactions: 3, redactedTo: 3 })
    expect(await commit(share, ["b"])).toBe(4)
  })

  test("more than a share may have are refused, as is who may not write, and what is not there", async () => {
    const { meta, create, row } = bench()
    const share = await create()
    const before = await row(share)
    expect(await add(share, ["r1", "r2"], { most: 1 })).toBe("too_many")
    expect(await add(share, ["r1"], { secretHash: "another" })).toBeUndefined()
    expect(await add(share, ["r1"], { generation: 1 })).toBeUndefined()
    expect(await row(share)).toEqual(before)
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    expect(await add(share, ["r1"])).toBeUndefined()
  })

  test("an owner who is known by other means needs no secret", async () => {
    const { create } = bench()
    expect(await add(await create(), ["r1"], { secretHash: undefined })).toMatchObject({ redactions: 1 })
  })

  test("none are added to a share whose time is over", async () => {
    const { create, row } = bench()
    const share = await create({ access: { visibility: "unlisted", password: undefined, expiresAt: 8 } })
    expect(await add(share, ["r1"], { at: 8 })).toBeUndefined()
    expect(await row(share)).toMatchObject({ redactions: 0, revision: 0 })
    expect(await add(share, ["r1"], { at: 7 })).toMatchObject({ redactions: 1, revision: 1 })
  })

  test("what is stored is counted anew with each rewriting", async () => {
    const { meta, create, commit, row, seePlain } = bench()
    const share = await create()
    await commit(share, ["a", "b"])
    await add(share, ["r1"])
    const named = { shareID: share.id, generation: 0, redactions: 1, tally: ONE }
    const by = { ...newSegment(share, "x"), bytes: 7 }
    expect(await meta.redactSegment({ ...named, segmentID: "a", by })).toBe(true)
    expect(await row(share)).toMatchObject({ storedBytes: 57 })
    expect(await rewrite(share, "b")).toBe(true)
    expect(await row(share)).toMatchObject({ storedBytes: 57 })

    const plain = await create({ door: "direct" })
    await seePlain(plain, { version: "v1", bytes: 100 })
    await add(plain, ["r1"])
    const seen = { ...named, shareID: plain.id, version: "v1" }
    expect(await meta.redactPlain({ ...seen, by: { version: "v2", bytes: 9 } })).toBe(true)
    expect(await row(plain)).toMatchObject({ storedBytes: 9 })
    expect(await meta.redactPlain({ ...seen, version: "v2", by: undefined })).toBe(true)
    expect(await row(plain)).toMatchObject({ storedBytes: 9 })
  })

  test("of requests side by side each has numbers and a revision of its own", async () => {
    const { meta, create, row } = bench()
    const share = await create()
    await Promise.all(["r1", "r2", "r3", "r4"].map((id) => add(share, [id])))
    expect(await row(share)).toMatchObject({ redactions: 4, redactedTo: 4, revision: 4 })
    expect((await meta.redactions(share.id, 0)).map(({ id }) => id).sort()).toEqual(["r1", "r2", "r3", "r4"])
  })

  test("a commit that went by other rules is refused, and leaves nothing", async () => {
    const { create, commit, row, manifest } = bench()
    const share = await create()
    expect(await commit(share, ["a"], { redactions: 0 })).toBe(1)
    await add(share, ["r1"])
    const before = await row(share)
    expect(await commit(share, ["b"], { redactions: 0, metadata: SOMETHING })).toBe("moved")
    expect(await row(share)).toEqual(before)
    expect(await manifest(share)).toEqual([["a", 1, 1]])
    expect(await commit(share, ["b"], { redactions: 1 })).toBe(3)
    expect(await commit(share, ["b"], { redactions: 0 })).toBe(3)
  })

  test("a rewritten segment stands where the other stood; its object is due at once", async () => {
    const { meta, create, commit, row, manifest } = bench()
    const share = await create()
    await commit(share, ["a", "b", "c"])
    await add(share, ["r1"])
    expect(await meta.unredacted(share.id)).toEqual([share.id])
    expect(await meta.unredacted()).toContain(share.id)
    expect(await rewrite(share, "b", "x")).toBe(true)
    expect(await manifest(share)).toEqual([
      ["a", 1, 1],
      ["x", 2, 2],
      ["c", 3, 3],
    ])
    expect(await row(share)).toMatchObject({ revision: 4, epoch: 1 })
    expect(await due(share)).toEqual([keyOf(share, "b")])
    // What has left is not rewritten once more, and neither is what is clean.
    expect(await rewrite(share, "b", "y")).toBe(false)
    expect(await rewrite(share, "x", "y")).toBe(false)
    expect(await rewrite(share, "a")).toBe(true)
    expect(await rewrite(share, "c")).toBe(true)
    expect(await row(share)).toMatchObject({ epoch: 1 })
    expect((await meta.segments(share.id)).map(({ redactions }) => redactions)).toEqual([1, 1, 1])
    expect(await meta.redactions(share.id, 0)).toMatchObject([
      { occurrences: 5, items: 2, segments: 1, objects: 1 },
    ])
    expect(await meta.unredacted(share.id)).toEqual([share.id])
    await meta.forgetSuperseded({ shareID: share.id, segmentID: "b" })
    expect(await meta.unredacted(share.id)).toEqual([])
  })

  test("another rule, and a segment that comes later, are to be seen to as well", async () => {
    const { meta, create, commit } = bench()
    const share = await create()
    await commit(share, ["a"])
    await add(share, ["r1"])
    await rewrite(share, "a")
    expect(await meta.unredacted(share.id)).toEqual([])
    await commit(share, [], { segments: [{ ...newSegment(share, "b"), redactions: 1 }] })
    expect(await meta.unredacted(share.id)).toEqual([])
    await commit(share, ["c"])
    expect(await meta.unredacted(share.id)).toEqual([share.id])
    await rewrite(share, "c")
    await add(share, ["r2"])
    expect(await meta.unredacted(share.id)).toEqual([share.id])
  })

  test("what merges have replaced, and replace from then on, is due at once", async () => {
    const { meta, create, commit, merge } = bench()
    const share = await create()
    await commit(share, ["a", "b", "c"])
    await merge(share, { replaces: ["a", "b"], by: "m" })
    expect(await due(share)).toEqual([])
    await add(share, ["r1"])
    expect(await meta.redactions(share.id, 0)).toMatchObject([{ objects: 2 }])
    expect((await due(share)).sort()).toEqual([keyOf(share, "a"), keyOf(share, "b")])
    await merge(share, { replaces: ["m", "c"], by: "n" })
    expect((await due(share)).sort()).toEqual(["a", "b", "c", "m"].map((id) => keyOf(share, id)))
  })

  test("a plain object is seen to version by version", async () => {
    const { meta, create, seePlain, row } = bench()
    const share = await create({ door: "direct" })
    await seePlain(share, { version: "v1" })
    await add(share, ["r1"])
    const named = { shareID: share.id, generation: 0, redactions: 1 }
    const describe = (redactions: number) =>
      meta.describePlain({ shareID: share.id, version: "v1", redactions, metadata: SOMETHING })
    await describe(0)
    expect((await row(share)).metadata.title).toBeUndefined()
    await describe(1)
    expect((await row(share)).metadata).toEqual(SOMETHING)
    const by = { version: "v2", bytes: 7 }
    expect(await meta.redactPlain({ ...named, version: "v0", by, tally: ONE })).toBe(false)
    expect(await meta.redactPlain({ ...named, generation: 1, version: "v1", by, tally: ONE })).toBe(false)
    expect(await meta.unredacted(share.id)).toEqual([share.id])
    expect(await meta.redactPlain({ ...named, version: "v1", by, tally: ONE })).toBe(true)
    expect(await row(share)).toMatchObject({ revision: 2, plain: by })
    expect(await meta.redactions(share.id, 0)).toMatchObject([{ occurrences: 5, items: 2, objects: 1 }])
    expect(await meta.unredacted(share.id)).toEqual([])
    await seePlain(share, { version: "v3", after: "v2" })
    expect(await meta.unredacted(share.id)).toEqual([share.id])
    expect(await meta.redactPlain({ ...named, version: "v3", by: undefined, tally: NONE })).toBe(true)
    expect(await meta.unredacted(share.id)).toEqual([])
    expect(await row(share)).toMatchObject({ plain: { version: "v3" } })
  })

  test("a removal forgets the rules, and an id that is given again begins without any", async () => {
    const { meta, create, commit, row } = bench()
    const share = await create({ door: "direct" })
    await commit(share, ["a"])
    await add(share, ["r1"])
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    expect(await row(share)).toMatchObject({ redactions: 0, redactedTo: 0 })
    expect(await meta.redactions(share.id, 0)).toEqual([])
    expect(await meta.unredacted()).not.toContain(share.id)
    expect(await rewrite(share, "a")).toBe(false)
    const unwritten = await create({ door: "direct" })
    await add(unwritten, ["r1"])
    const again = newShare({ id: unwritten.id, door: "direct" })
    expect(await meta.reuseShare(again, { generation: 0, state: "active" })).toBe(true)
    expect(await row(again)).toMatchObject({ redactions: 0, redactedTo: 0 })
    expect(await meta.redactions(share.id, 0)).toEqual([])
  })
}

const ONE: Tally = { occurrences: new Map([["r1", 5]]), items: 2, segments: 1, objects: 1 }
const NONE: Tally = { occurrences: new Map(), items: 0, segments: 0, objects: 0 }
