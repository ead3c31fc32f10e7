import { expect, test } from "vitest"
import { type MetaBench, NOTHING, newShare, SOMETHING, secretOf } from "./meta-bench.ts"

const NOTHING_LISTED = { objects: 0, bytes: 0 }

export function deletionContract(bench: () => MetaBench) {
  test("[D5] revoking leaves a tombstone and notes the deletion", async () => {
    const { meta, create, commit, merge, row } = bench()
    const share = await create()
    await commit(share, ["s1", "s2", "s3"], { metadata: SOMETHING })
    await merge(share, { replaces: ["s1", "s2"], by: "m1" }, { at: -100 })
    await meta.noteTicket({ shareID: share.id, generation: 0, until: 500, plain: false })
    expect(await meta.revoke({ shareID: share.id, generation: 0 }, 9)).toEqual([share.id])
    expect(await row(share)).toMatchObject({
      state: "revoked",
      sessionID: undefined,
      creator: undefined,
      metadata: NOTHING,
      syncs: 0,
      revision: 3,
      generation: 0,
      plain: undefined,
      createdAt: share.createdAt,
      updatedAt: 9,
      revokedAt: 9,
    })
    expect(await meta.segments(share.id)).toEqual([])
    expect(await meta.liveObjects(share.id)).toEqual(new Set())
    expect((await meta.superseded(-99, 10)).map(({ shareID }) => shareID)).not.toContain(share.id)
    expect(await meta.findDeletion(share.id)).toEqual({
      shareID: share.id,
      generation: 0,
      revokedAt: 9,
      listed: undefined,
      ticketsUntil: 500,
      clearedAt: undefined,
      finishedAt: undefined,
    })
    expect((await meta.unfinishedDeletions()).map(({ shareID }) => shareID)).toContain(share.id)
  })

  test("an id that its client brought stays its creator's", async () => {
    const { meta, create, seePlain, row } = bench()
    const share = await create({ door: "direct" })
    await seePlain(share, {})
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    expect(await row(share)).toMatchObject({ creator: "me", sessionID: undefined, plain: undefined })
  })

  test("[D2] revoking twice revokes once, and the secret stays known", async () => {
    const { meta, create } = bench()
    const share = await create()
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    expect(await meta.revoke({ shareID: share.id, generation: 0 }, 10)).toEqual([])
    expect(await meta.findDeletion(share.id)).toMatchObject({ revokedAt: 9 })
    expect(await meta.secrets(share.id)).toEqual([{ hash: secretOf(share), scope: "write" }])
    expect(await meta.revoke({ shareID: "nobody", generation: 0 }, 9)).toEqual([])
    expect(await meta.findDeletion("nobody")).toBeUndefined()
  })

  test("[D4] revoking takes the creator's earlier shares of the session along, and no one else's", async () => {
    const { meta, create, commit, row } = bench()
    const sessionID = "ses_again"
    const first = await create({ sessionID, createdAt: 1 })
    const second = await create({ sessionID, createdAt: 2 })
    const third = await create({ sessionID, createdAt: 3 })
    const other = await create({ sessionID, createdAt: 1, creator: "somebody" })
    await commit(first, ["s1"])
    expect((await meta.revoke({ shareID: second.id, generation: 0 }, 9)).sort()).toEqual(
      [first.id, second.id].sort(),
    )
    expect(await meta.segments(first.id)).toEqual([])
    expect(await meta.findDeletion(first.id)).toMatchObject({ revokedAt: 9 })
    expect(await row(third)).toMatchObject({ state: "active" })
    expect(await row(other)).toMatchObject({ state: "active" })
    expect(await meta.findDeletion(third.id)).toBeUndefined()
  })

  test("[D4] revocations side by side revoke every share once", async () => {
    const { meta, create } = bench()
    for (let round = 0; round < 10; round++) {
      const sessionID = `ses_crowd${round}`
      const ids: string[] = []
      for (const createdAt of [1, 2, 3, 3]) ids.push((await create({ sessionID, createdAt })).id)
      const revoked = await Promise.all(ids.map((id) => meta.revoke({ shareID: id, generation: 0 }, 9)))
      expect(revoked.flat().sort()).toEqual([...ids].sort())
    }
  })

  test("a deletion says what it counted, when everything was gone, and when nothing can come any more", async () => {
    const { meta, create, commit } = bench()
    const share = await create()
    await commit(share, ["s1"])
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    const deletion = { shareID: share.id, generation: 0 }
    const unfinished = async () => (await meta.unfinishedDeletions()).map(({ shareID }) => shareID)

    const pending = ["a", "b", "c", "d"]
    expect(await meta.recordListing(deletion, { objects: 4, bytes: 400, pending, after: undefined })).toBe(
      true,
    )
    expect(await meta.findDeletion(share.id)).toMatchObject({
      listed: { objects: 4, bytes: 400 },
      pending,
      clearedAt: undefined,
      finishedAt: undefined,
    })
    await meta.recordCleared(deletion, { at: 12, finished: false })
    expect(await meta.findDeletion(share.id)).toMatchObject({
      clearedAt: 12,
      finishedAt: undefined,
      pending: undefined,
    })
    expect(await unfinished()).toContain(share.id)
    await meta.recordListing(deletion, { objects: 5, bytes: 500, pending: ["e"], after: 4 })
    await meta.recordCleared(deletion, { at: 15, finished: true })
    expect(await meta.findDeletion(share.id)).toEqual({
      shareID: share.id,
      generation: 0,
      revokedAt: 9,
      listed: { objects: 5, bytes: 500 },
      ticketsUntil: undefined,
      clearedAt: 15,
      finishedAt: 15,
    })
    expect(await unfinished()).not.toContain(share.id)
    // A slower node does not take that back.
    await meta.recordCleared(deletion, { at: 16, finished: false })
    expect(await meta.findDeletion(share.id)).toMatchObject({ clearedAt: 15, finishedAt: 15 })
  })

  test("[D2] of several that count the same listing, one does", async () => {
    const { meta, create } = bench()
    const share = await create()
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    const deletion = { shareID: share.id, generation: 0 }
    const count = (objects: number, after: number | undefined) =>
      meta.recordListing(deletion, { objects, bytes: 10 * objects, pending: [], after })
    const counts = [3, 2, 1, 0]
    const first = await Promise.all(counts.map((objects) => count(objects, undefined)))
    expect(first.filter(Boolean)).toEqual([true])
    const objects = counts[first.indexOf(true)] ?? -1
    expect(await meta.findDeletion(share.id)).toMatchObject({ listed: { objects, bytes: 10 * objects } })
    expect(await count(9, undefined)).toBe(false)
    expect(await count(9, objects + 1)).toBe(false)
    expect(await Promise.all([count(7, objects), count(8, objects)])).toContain(false)
  })

  test("[D1] a revocation of one generation leaves the next alone", async () => {
    const { meta, create, row } = bench()
    const old = await create({ door: "direct" })
    await meta.revoke({ shareID: old.id, generation: 0 }, 9)
    await meta.reuseShare(newShare({ id: old.id, door: "direct" }), { generation: 0, state: "revoked" })
    expect(await meta.revoke({ shareID: old.id, generation: 0 }, 20)).toEqual([])
    expect(await row(old)).toMatchObject({ state: "active", generation: 1 })
    expect(await meta.findDeletion(old.id)).toMatchObject({ generation: 0, revokedAt: 9 })
    expect(await meta.findDeletion(old.id, 1)).toBeUndefined()
    await meta.revoke({ shareID: old.id, generation: 1 }, 30)
    expect(await meta.findDeletion(old.id, 0)).toMatchObject({ generation: 0, revokedAt: 9 })
    expect(await meta.findDeletion(old.id, 1)).toMatchObject({ generation: 1, revokedAt: 30 })
  })

  test("what is recorded of a deletion, also of nothing, is recorded of no other", async () => {
    const { meta, create } = bench()
    const [share, other] = [await create(), await create()]
    for (const { id } of [share, other]) await meta.revoke({ shareID: id, generation: 0 }, 9)
    const before = await meta.findDeletion(other.id)
    await meta.recordListing(
      { shareID: share.id, generation: 0 },
      { ...NOTHING_LISTED, pending: [], after: undefined },
    )
    await meta.recordCleared({ shareID: share.id, generation: 0 }, { at: 10, finished: true })
    expect(await meta.findDeletion(share.id)).toMatchObject({ listed: NOTHING_LISTED })
    expect(await meta.findDeletion(other.id)).toEqual(before)
  })

  test("each generation has a deletion of its own, and the newest is found", async () => {
    const { meta, create } = bench()
    const share = await create({ door: "direct" })
    await meta.noteTicket({ shareID: share.id, generation: 0, until: 500, plain: true })
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    await meta.reuseShare(newShare({ id: share.id }), { generation: 0, state: "revoked" })
    expect(await meta.findDeletion(share.id)).toMatchObject({ generation: 0, revokedAt: 9 })
    await meta.revoke({ shareID: share.id, generation: 1 }, 20)
    expect(await meta.findDeletion(share.id)).toMatchObject({
      generation: 1,
      revokedAt: 20,
      ticketsUntil: undefined,
    })
    const unfinished = async () =>
      (await meta.unfinishedDeletions())
        .filter(({ shareID }) => shareID === share.id)
        .map(({ generation, ticketsUntil, listed }) => [generation, ticketsUntil, listed?.objects])
        .sort()
    expect(await unfinished()).toEqual([
      [0, 500, undefined],
      [1, undefined, undefined],
    ])
    await meta.recordListing(
      { shareID: share.id, generation: 0 },
      { objects: 2, bytes: 20, pending: [], after: undefined },
    )
    await meta.recordCleared({ shareID: share.id, generation: 1 }, { at: 21, finished: true })
    expect(await unfinished()).toEqual([[0, 500, 2]])
    expect(await meta.findDeletion(share.id)).toMatchObject({
      generation: 1,
      listed: undefined,
      finishedAt: 21,
    })
    await meta.recordCleared({ shareID: share.id, generation: 0 }, { at: 501, finished: true })
    expect(await unfinished()).toEqual([])
  })
}
