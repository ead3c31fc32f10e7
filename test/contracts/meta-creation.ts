import { expect, test } from "vitest"
import { type MetaBench, NOTHING, newShare, OPEN_TO_ITS_LINK, secretOf } from "./meta-bench.ts"

export function creationContract(bench: () => MetaBench) {
  test("a share begins active, at revision 0, with the secrets that it was given", async () => {
    const { meta } = bench()
    const secrets = [
      { hash: "writes", scope: "write" },
      { hash: "deletes", scope: "delete" },
    ] as const
    const share = newShare({ door: "direct", secrets })
    expect(await meta.createShare(share)).toBe(true)
    expect(await meta.findShare(share.id)).toEqual({
      id: share.id,
      sessionID: share.sessionID,
      state: "active",
      door: "direct",
      form: undefined,
      generation: 0,
      revision: 0,
      epoch: 0,
      syncs: 0,
      metadata: NOTHING,
      creator: share.creator,
      createdAt: share.createdAt,
      updatedAt: share.createdAt,
      revokedAt: undefined,
      ticketsUntil: undefined,
      plainUntil: undefined,
      plain: undefined,
      ownID: false,
      encrypted: false,
      head: undefined,
      redactions: 0,
      redactedTo: 0,
      ...OPEN_TO_ITS_LINK,
      storedBytes: 0,
    })
    expect(await meta.secrets(share.id)).toHaveLength(2)
    expect(await meta.secrets(share.id)).toEqual(expect.arrayContaining([...secrets]))
    expect(await meta.findShare("nobody")).toBeUndefined()
    expect(await meta.secrets("nobody")).toEqual([])
    const [one] = secrets
    expect(await meta.secrets(share.id, one?.hash)).toEqual([one])
    expect(await meta.secrets(share.id, "another hash")).toEqual([])
  })

  test("an id is given once, whatever became of its share", async () => {
    const { meta, create, row } = bench()
    const share = await create()
    const before = await row(share)
    const second = newShare({ id: share.id })
    expect(await meta.createShare(second)).toBe(false)
    expect(await row(share)).toEqual(before)
    expect(await meta.secrets(share.id)).toEqual(share.secrets)
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    expect(await meta.createShare(second)).toBe(false)
    expect(await row(share)).toMatchObject({ state: "revoked", sessionID: undefined })
  })

  test("of creations of one id side by side, one makes it, with its own secret only", async () => {
    const { meta, row } = bench()
    const { id } = newShare()
    const rivals = Array.from({ length: 8 }, () => newShare({ id }))
    const made = await Promise.all(rivals.map((share) => meta.createShare(share)))
    expect(made.filter(Boolean)).toEqual([true])
    const winner = rivals[made.indexOf(true)]
    expect(await row({ id })).toMatchObject({ sessionID: winner?.sessionID })
    expect(await meta.secrets(id)).toEqual(winner?.secrets)
  })

  test("[C4] finds the share without a sync that is recent and the same one's", async () => {
    const { meta, create, commit } = bench()
    const share = await create()
    const query = { ...share, since: share.createdAt - 1 }
    expect((await meta.findUnsynced(query))?.id).toBe(share.id)
    expect(await meta.findUnsynced({ ...query, since: share.createdAt })).toBeUndefined()
    expect(await meta.findUnsynced({ ...query, creator: "other" })).toBeUndefined()
    expect(await meta.findUnsynced({ ...query, address: "elsewhere" })).toBeUndefined()
    expect(await meta.findUnsynced({ ...query, sessionID: "ses_other" })).toBeUndefined()
    await commit(share, ["s1"])
    expect(await meta.findUnsynced(query)).toBeUndefined()
  })

  test("[C4] finds the newest of them, and none that is revoked or of the direct door", async () => {
    const { meta, create } = bench()
    const sessionID = "ses_twice"
    const older = await create({ sessionID, createdAt: 1 })
    const newer = await create({ sessionID, createdAt: 2 })
    await create({ sessionID, createdAt: 3, door: "direct" })
    const query = { ...older, since: 0 }
    expect((await meta.findUnsynced(query))?.id).toBe(newer.id)
    // Takes the older one along.
    await meta.revoke({ shareID: newer.id, generation: 0 }, 9)
    expect(await meta.findUnsynced(query)).toBeUndefined()
  })

  const renewed = [
    { hash: "new write", scope: "write" },
    { hash: "new delete", scope: "delete" },
  ] as const

  test("[O6] new secrets take the place of all that the creator's newest share of the session had", async () => {
    const { meta, create, commit, row } = bench()
    const direct = { door: "direct", sessionID: "ses_renewed", creator: "owner" } as const
    const older = await create({ ...direct, createdAt: 1 })
    const share = await create({ ...direct, createdAt: 3 })
    const others = [
      await create({ ...direct, createdAt: 4, creator: "another" }),
      await create({ ...direct, createdAt: 4, sessionID: "ses_other" }),
      await create({ ...direct, createdAt: 4, door: "native" }),
      await create({ ...direct, createdAt: 4, encrypted: true }),
    ]
    await meta.addSecret({ shareID: share.id, hash: "one more", scope: "write", createdAt: 5 })
    await commit(share, ["s1"])
    const request = { sessionID: "ses_renewed", creator: "owner", encrypted: false, secrets: renewed, at: 9 }
    expect(await meta.renewSecrets(request)).toEqual(await row(share))
    expect((await meta.secrets(share.id)).toSorted((x, y) => (x.hash < y.hash ? -1 : 1))).toEqual(
      renewed.toSorted((x, y) => (x.hash < y.hash ? -1 : 1)),
    )
    for (const other of [older, ...others]) expect(await meta.secrets(other.id)).toEqual(other.secrets)
    // The old secret writes no more, though its commit was on its way.
    expect(await commit(share, ["s2"])).toBeUndefined()
    expect(await row(share)).toMatchObject({ revision: 1, state: "active" })
  })

  test("[O6] nothing is renewed where there is no such share, or it is revoked", async () => {
    const { meta, create } = bench()
    const share = await create({ door: "direct", sessionID: "ses_revoked", creator: "owner" })
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    for (const sessionID of ["ses_revoked", "ses_nobody's"]) {
      const request = { sessionID, creator: "owner", encrypted: false, secrets: renewed, at: 9 }
      expect(await meta.renewSecrets(request)).toBeUndefined()
    }
    expect(await meta.secrets(share.id)).toEqual(share.secrets)
  })

  test("a further secret says what it opens", async () => {
    const { meta, create } = bench()
    const share = await create()
    await meta.addSecret({ shareID: share.id, hash: "may delete", scope: "delete", createdAt: 1 })
    await meta.addSecret({ shareID: share.id, hash: "may write", scope: "write", createdAt: 1 })
    const secrets = await meta.secrets(share.id)
    expect(new Map(secrets.map(({ hash, scope }) => [hash, scope]))).toEqual(
      new Map([
        [secretOf(share), "write"],
        ["may delete", "delete"],
        ["may write", "write"],
      ]),
    )
  })
}
