import { expect, test } from "vitest"
import { type MetaBench, NOTHING, newShare, OPEN_TO_ITS_LINK, SOMETHING, secretOf } from "./meta-bench.ts"

export function reuseContract(bench: () => MetaBench) {
  const REVOKED = { generation: 0, state: "revoked" } as const
  const UNWRITTEN = { generation: 0, state: "active" } as const

  test("a revoked share's id begins anew: the next generation, and the revision goes on", async () => {
    const { meta, create, commit, merge, row } = bench()
    const old = await create({ door: "direct" })
    await commit(old, ["s1", "s2", "s3"], { metadata: SOMETHING })
    await merge(old, { replaces: ["s1", "s2"], by: "m1" })
    await meta.noteTicket({ shareID: old.id, generation: 0, until: 500, plain: true })
    await meta.revoke({ shareID: old.id, generation: 0 }, 9)
    const share = newShare({ id: old.id, door: "direct", ownID: true, creator: "another", createdAt: 20 })
    expect(await meta.reuseShare(share, REVOKED)).toBe(true)
    expect(await row(share)).toEqual({
      id: share.id,
      sessionID: share.sessionID,
      state: "active",
      door: "direct",
      form: undefined,
      generation: 1,
      revision: 3,
      epoch: 1,
      syncs: 0,
      metadata: NOTHING,
      creator: "another",
      createdAt: 20,
      updatedAt: 20,
      revokedAt: undefined,
      ticketsUntil: undefined,
      plainUntil: undefined,
      plain: undefined,
      ownID: true,
      encrypted: false,
      head: undefined,
      redactions: 0,
      redactedTo: 0,
      ...OPEN_TO_ITS_LINK,
      // It goes on, as the revision does.
      access: 1,
      storedBytes: 0,
    })
    expect(await commit(share, ["s4"])).toBe(4)
    expect((await meta.segments(share.id)).map(({ id }) => id)).toEqual(["s4"])
  })

  test("of the old one only its deletion is left: no segments, no objects, no secrets", async () => {
    const { meta, create, commit, merge } = bench()
    const old = await create({ door: "direct" })
    await meta.addSecret({ shareID: old.id, hash: "old delete", scope: "delete", createdAt: 1 })
    await commit(old, ["s1", "s2"])
    await merge(old, { replaces: ["s1", "s2"], by: "m1" })
    await meta.noteTicket({ shareID: old.id, generation: 0, until: 500, plain: false })
    await meta.revoke({ shareID: old.id, generation: 0 }, 9)
    const share = newShare({ id: old.id, door: "direct" })
    await meta.reuseShare(share, REVOKED)
    expect(await meta.segments(share.id)).toEqual([])
    expect(await meta.liveObjects(share.id)).toEqual(new Set())
    expect(await meta.knownSegments(share.id, ["s1", "s2", "m1"])).toEqual([])
    expect(await meta.secrets(share.id)).toEqual(share.secrets)
    expect(await commit(old, ["s3"])).toBeUndefined()
    expect(await meta.findDeletion(share.id)).toMatchObject({
      generation: 0,
      revokedAt: 9,
      ticketsUntil: 500,
      finishedAt: undefined,
    })
  })

  test("an id that was never written to is given again, and leaves a deletion with its tickets", async () => {
    const { meta, create, row } = bench()
    const old = await create({ door: "direct", createdAt: 1 })
    await meta.noteTicket({ shareID: old.id, generation: 0, until: 500, plain: true })
    const share = newShare({ id: old.id, door: "direct", createdAt: 20 })
    // Somebody has noted one more, and so means to write.
    expect(await meta.reuseShare(share, UNWRITTEN)).toBe(false)
    expect(await meta.reuseShare(share, { ...UNWRITTEN, ticketsUntil: 400 })).toBe(false)
    expect(await meta.reuseShare(share, { ...UNWRITTEN, ticketsUntil: 500 })).toBe(true)
    expect(await meta.findDeletion(old.id)).toEqual({
      shareID: old.id,
      generation: 0,
      revokedAt: 20,
      listed: undefined,
      ticketsUntil: 500,
      clearedAt: undefined,
      finishedAt: undefined,
    })
    expect(await row(share)).toMatchObject({ generation: 1, ticketsUntil: undefined, plainUntil: undefined })
    expect(await meta.secrets(share.id)).toEqual(share.secrets)
  })

  test("nothing happens when it is no longer as it was", async () => {
    const { meta, create, commit, seePlain, row } = bench()
    const written = await create({ door: "direct" })
    await commit(written, ["s1"])
    const plain = await create({ door: "direct" })
    await seePlain(plain, {})
    const revoked = await create({ door: "direct" })
    await meta.revoke({ shareID: revoked.id, generation: 0 }, 9)
    const active = await create({ door: "direct" })
    for (const [old, was] of [
      [written, UNWRITTEN],
      [plain, UNWRITTEN],
      [revoked, UNWRITTEN],
      [active, REVOKED],
      [revoked, { generation: 1, state: "revoked" }],
      [active, { generation: 1, state: "active" }],
    ] as const) {
      const before = await row(old)
      const deletion = await meta.findDeletion(old.id)
      expect(await meta.reuseShare(newShare({ id: old.id }), was)).toBe(false)
      expect(await row(old)).toEqual(before)
      expect(await meta.secrets(old.id)).toEqual(old.secrets)
      expect(await meta.findDeletion(old.id)).toEqual(deletion)
    }
    expect(await meta.reuseShare(newShare({ id: "nobody" }), REVOKED)).toBe(false)
    expect(await meta.findShare("nobody")).toBeUndefined()
  })

  test.each(["revoked", "active"] as const)("of several that want a %s one, one gets it", async (state) => {
    const { meta, create, row } = bench()
    const old = await create({ door: "direct" })
    if (state === "revoked") await meta.revoke({ shareID: old.id, generation: 0 }, 9)
    const rivals = Array.from({ length: 8 }, () => newShare({ id: old.id, door: "direct" }))
    const got = await Promise.all(rivals.map((share) => meta.reuseShare(share, { generation: 0, state })))
    expect(got.filter(Boolean)).toEqual([true])
    const winner = rivals[got.indexOf(true)]
    expect(await row(old)).toMatchObject({ generation: 1, sessionID: winner?.sessionID })
    expect(await meta.secrets(old.id)).toEqual(winner?.secrets)
  })

  test("of a first commit and a reuse side by side, one happens", async () => {
    const { meta, create, commit, row } = bench()
    for (let round = 0; round < 10; round++) {
      const old = await create({ door: "direct" })
      const share = newShare({ id: old.id, door: "direct" })
      const [revision, reused] = await Promise.all([commit(old, ["s1"]), meta.reuseShare(share, UNWRITTEN)])
      expect(reused).toBe(revision === undefined)
      expect(await row(old)).toMatchObject(
        reused ? { generation: 1, revision: 0 } : { generation: 0, revision: 1 },
      )
      expect(await meta.segments(old.id)).toHaveLength(reused ? 0 : 1)
      expect((await meta.secrets(old.id)).map(({ hash }) => hash)).toEqual([secretOf(reused ? share : old)])
    }
  })
}
