import { describe, expect, test } from "vitest"
import { createMetaBench, newShare, SOMETHING } from "./meta-bench.ts"
import type { TrustBench } from "./trust-audit.ts"

export function overviewContract(bench: () => TrustBench) {
  describe("what the operator sees", () => {
    const store = () => bench().database.trust
    const ids = async (query: object) =>
      (await store().listShares({ limit: 100, ...query })).map(({ id }) => id)

    test("[B4] shares are found by id, title, creator, token and state", async () => {
      const { database } = bench()
      const { commit } = createMetaBench(database)
      const share = newShare({ creator: "overview", tokenID: "token-1" })
      const other = newShare({ creator: "overview", createdAt: share.createdAt + 1 })
      await database.createShare(share)
      await database.createShare(other)
      await commit(share, ["s1", "s2"], { metadata: { ...SOMETHING, title: "Ünder 100%_of! Wood" } })
      await commit(other, ["s1"], { metadata: { ...SOMETHING, title: "Under 100 of Wood" } })
      const [found] = await store().listShares({ search: share.id, limit: 9 })
      expect(found).toMatchObject({ id: share.id, bytes: 100, state: "active", tokenID: "token-1" })
      expect(found).toMatchObject({ visibility: "unlisted", views: 0 })
      expect(found?.expiresAt).toBeUndefined()
      expect(await ids({ creator: "overview" })).toEqual([other.id, share.id])
      expect(await ids({ creator: "overview", search: "WOOD" })).toEqual([other.id, share.id])
      for (const search of ["100%", "%_of", "of!"]) {
        expect(await ids({ creator: "overview", search }), search).toEqual([share.id])
      }
      expect(await ids({ tokenID: "token-1" })).toEqual([share.id])
      expect(await ids({ shareID: other.id })).toEqual([other.id])
      expect(await ids({ shareID: other.id.slice(1) })).toEqual([])
      expect(await ids({ creator: "overview", state: "revoked" })).toEqual([])
    })

    test("[B4] pages follow each other, also among shares of one moment", async () => {
      const { database } = bench()
      const made = Array.from({ length: 5 }, (_, at) =>
        newShare({ creator: "pages", createdAt: at < 4 ? 7 : 8 }),
      )
      for (const share of made) await database.createShare(share)
      const seen: string[] = []
      let before: { createdAt: number; shareID: string } | undefined
      for (let page = 0; page < 5; page++) {
        const found = await store().listShares({ creator: "pages", before, limit: 2 })
        seen.push(...found.map(({ id }) => id))
        const last = found.at(-1)
        if (!last) break
        before = { createdAt: last.createdAt, shareID: last.id }
      }
      expect(seen).toEqual([
        made[4]?.id,
        ...made
          .slice(0, 4)
          .map(({ id }) => id)
          .sort(),
      ])
    })

    test("[B5] a share that is taken down keeps the reason, until its id is given again", async () => {
      const { database } = bench()
      const share = newShare({ door: "direct", creator: "down" })
      await database.createShare(share)
      await database.revoke({ shareID: share.id, generation: 0, reason: "spam" }, 9)
      expect(await database.findShare(share.id)).toMatchObject({ state: "revoked", revokedReason: "spam" })
      expect((await store().listShares({ creator: "down", limit: 9 }))[0]).toMatchObject({ reason: "spam" })
      await database.reuseShare(share, { generation: 0, state: "revoked" })
      expect((await database.findShare(share.id))?.revokedReason).toBeUndefined()
    })

    test("[B6] new secrets take the place of all that there were, of an active share", async () => {
      const { database } = bench()
      const share = newShare()
      await database.createShare(share)
      await database.addSecret({ shareID: share.id, hash: "second", scope: "write", createdAt: 1 })
      const replace = (generation: number) =>
        database.replaceSecrets({
          shareID: share.id,
          generation,
          secrets: [{ hash: "new", scope: "write" }],
          at: 9,
          audit: { at: 9, event: "secret_reissued", actor: "admin" },
        })
      expect(await replace(1)).toBeUndefined()
      // What was given out for the share before opens it no more.
      expect(await replace(0)).toMatchObject({ id: share.id, access: 1 })
      expect(await database.secrets(share.id)).toEqual([{ hash: "new", scope: "write" }])
      await database.revoke({ shareID: share.id, generation: 0 }, 10)
      expect(await replace(0)).toBeUndefined()
      expect(await store().readAudit({ shareID: share.id, event: "secret_reissued", limit: 9 })).toHaveLength(
        1,
      )
    })

    test("[B7] everything is counted", async () => {
      const { database } = bench()
      const { create, commit } = createMetaBench(database)
      const before = await store().totals()
      const share = await create()
      await commit(share, ["s1", "s2"])
      const { shares, ...rest } = await store().totals()
      expect(shares.active).toBe(before.shares.active + 1)
      expect(rest).toEqual({
        segments: before.segments + 2,
        bytes: before.bytes + 100,
        superseded: before.superseded,
        deletions: before.deletions,
      })
      await database.revoke({ shareID: share.id, generation: 0 }, 9)
      const after = await store().totals()
      expect([after.shares.revoked, after.deletions, after.bytes]).toEqual([
        before.shares.revoked + 1,
        before.deletions + 1,
        before.bytes,
      ])
    })
  })
}
