import { expect, test } from "vitest"
import { CREATED_AT, type MetaBench, newShare, SOMETHING, secretOf } from "./meta-bench.ts"

const UNLISTED = { visibility: "unlisted", password: undefined, expiresAt: undefined } as const

export function accessContract(bench: () => MetaBench) {
  test("[Y1] a share is open to its link unless it is made otherwise", async () => {
    const { create, row } = bench()
    expect(await row(await create())).toMatchObject({ ...UNLISTED, access: 0, views: 0 })
    const access = { visibility: "password", password: "stretched", expiresAt: CREATED_AT + 5 } as const
    expect(await row(await create({ access }))).toMatchObject({ ...access, access: 0 })
  })

  test("[Y6] a change raises the access, and of two at once one is made", async () => {
    const { meta, create, row } = bench()
    const share = await create()
    const change = { shareID: share.id, generation: 0, was: 0, at: CREATED_AT }
    const made = await Promise.all([
      meta.setAccess({ ...change, access: { ...UNLISTED, visibility: "private" } }),
      meta.setAccess({ ...change, access: { ...UNLISTED, visibility: "public" } }),
    ])
    const [winner] = made.filter((each) => each !== undefined)
    expect(made.filter((each) => each === undefined)).toHaveLength(1)
    expect(await row(share)).toMatchObject({ access: 1, visibility: winner?.visibility })
  })

  test("[Y6] what is gone, is another generation's, or whose time is over is not changed", async () => {
    const { meta, create } = bench()
    const [revoked, over] = [await create(), await create({ access: { ...UNLISTED, expiresAt: CREATED_AT } })]
    await meta.revoke({ shareID: revoked.id, generation: 0 }, CREATED_AT)
    const other = await create()
    for (const [shareID, generation] of [
      [revoked.id, 0],
      [over.id, 0],
      [other.id, 1],
    ] as const) {
      const change = { shareID, generation, was: 0, at: CREATED_AT, access: UNLISTED }
      expect(await meta.setAccess(change)).toBeUndefined()
    }
  })

  test("[Y8] shares whose time is over are found, and expire alone", async () => {
    const { meta, create, row } = bench()
    const same = { sessionID: "ses_expiring", creator: "one who expires" }
    const at = 1_000_000_000_000
    const earlier = await create({ ...same, createdAt: at - 10 })
    const share = await create({ ...same, createdAt: at, access: { ...UNLISTED, expiresAt: at + 5 } })
    const overdue = async (now: number) => (await meta.overdue(now, 10)).map(({ shareID }) => shareID)
    expect(await overdue(at + 4)).toEqual([])
    expect(await overdue(at + 5)).toEqual([share.id])
    const id = { shareID: share.id, generation: 0 }
    expect(await meta.expire(id, at + 4)).toEqual([])
    expect(await meta.expire(id, at + 5)).toEqual([share.id])
    expect(await meta.expire(id, at + 5)).toEqual([])
    expect(await row(share)).toMatchObject({ state: "expired", sessionID: undefined, password: undefined })
    expect(await row(earlier)).toMatchObject({ state: "active" })
    expect(await meta.findDeletion(share.id)).toMatchObject({ revokedAt: at + 5 })
    expect(await overdue(at + 6)).toEqual([])
  })

  test("[Y8] a share that was given more time does not expire", async () => {
    const { meta, create, row } = bench()
    const at = 1_000_000_100_000
    const share = await create({ createdAt: at, access: { ...UNLISTED, expiresAt: at + 5 } })
    const id = { shareID: share.id, generation: 0 }
    await meta.setAccess({ ...id, was: 0, at, access: { ...UNLISTED, expiresAt: at + 500 } })
    expect(await meta.expire(id, at + 5)).toEqual([])
    expect(await row(share)).toMatchObject({ state: "active", expiresAt: at + 500 })
  })

  test("[Y10] views are added up, and the first is kept", async () => {
    const { meta, create, row } = bench()
    const share = await create()
    const id = { shareID: share.id, generation: 0 }
    await meta.addViews([
      { ...id, views: 2, at: 7 },
      { ...id, generation: 1, views: 9, at: 1 },
    ])
    await meta.addViews([{ ...id, views: 3, at: 9 }])
    expect(await row(share)).toMatchObject({ views: 5, firstViewedAt: 7 })
    await meta.revoke(id, 10)
    await meta.addViews([{ ...id, views: 1, at: 11 }])
    expect(await row(share)).toMatchObject({ views: 0, firstViewedAt: undefined })
  })

  test("[P2] a share that has the id of a removed one has none of its access", async () => {
    const { meta, create, row } = bench()
    const share = await create({ door: "direct", access: { ...UNLISTED, visibility: "private" } })
    await meta.revoke({ shareID: share.id, generation: 0 }, 9)
    expect(
      await meta.reuseShare(newShare({ id: share.id, door: "direct" }), { generation: 0, state: "revoked" }),
    ).toBe(true)
    // What was given out for the one before opens nothing of this one.
    expect(await row(share)).toMatchObject({ ...UNLISTED, generation: 1, access: 1 })
  })

  test("[Y11] the public list has what is public and has content, the newest first, in pages", async () => {
    const { meta, create, commit } = bench()
    const at = 2_000_000_000_000
    const open = { ...UNLISTED, visibility: "public" } as const
    const shares = []
    for (const [i, title] of ["Mend the parser", "50% done_", "the Parser again"].entries()) {
      const share = await create({ createdAt: at + i, access: open })
      await commit(share, ["s1"], { metadata: { ...SOMETHING, title } })
      shares.push(share.id)
    }
    await create({ createdAt: at + 9, access: open })
    const over = await create({ createdAt: at + 9, access: { ...open, expiresAt: at + 20 } })
    await commit(over, ["s1"], { metadata: SOMETHING })
    const find = async (query: {
      words?: string
      before?: { createdAt: number; id: string }
      limit?: number
    }) =>
      (await meta.listPublic({ words: undefined, before: undefined, limit: 9, ...query, now: at + 20 })).map(
        ({ id }) => id,
      )
    const [first, second, third] = shares as [string, string, string]
    expect(await find({})).toEqual([third, second, first])
    expect(await find({ limit: 2 })).toEqual([third, second])
    expect(await find({ before: { createdAt: at + 1, id: second } })).toEqual([first])
    expect(await find({ words: "PARSER" })).toEqual([third, first])
    expect(await find({ words: "parser mend" })).toEqual([first])
    expect(await find({ words: "50% d" })).toEqual([second])
    expect(await find({ words: "e_" })).toEqual([second])
    expect(await find({ words: "%" })).toEqual([second])
  })

  test("[J1] an owner's list has their creators' shares, and single ones of the right generation", async () => {
    const { meta, create } = bench()
    const creator = "a creator with a list"
    const mine = await create({ creator, createdAt: CREATED_AT + 1 })
    const single = await create({ createdAt: CREATED_AT + 2 })
    const gone = await create({ creator })
    await meta.revoke({ shareID: gone.id, generation: 0 }, 9)
    const find = async (creators: string[], shares: { shareID: string; generation: number }[]) =>
      (await meta.listOwned({ creators, shares, before: undefined, now: CREATED_AT + 9, limit: 9 })).map(
        ({ id }) => id,
      )
    expect(await find([creator], [{ shareID: single.id, generation: 0 }])).toEqual([single.id, mine.id])
    expect(await find([creator], [{ shareID: single.id, generation: 1 }])).toEqual([mine.id])
    expect(await find([], [])).toEqual([])
  })

  test("[O6] a share whose time is over is not recovered", async () => {
    const { meta, create } = bench()
    const owned = { sessionID: "ses_over", creator: "one who recovers", door: "direct" } as const
    const share = await create({ ...owned, access: { ...UNLISTED, expiresAt: CREATED_AT + 1 } })
    const renew = (at: number) =>
      meta.renewSecrets({ ...owned, encrypted: false, secrets: [{ hash: `h${at}`, scope: "write" }], at })
    expect(await renew(CREATED_AT + 1)).toBeUndefined()
    expect((await meta.secrets(share.id)).map(({ hash }) => hash)).toEqual([secretOf(share)])
    // What was given out for the share before opens it no more.
    expect(await renew(CREATED_AT)).toMatchObject({ id: share.id, access: 1 })
  })
}
