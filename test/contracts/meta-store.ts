import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { MetaStore, NewShare } from "../../src/shares/ports.ts"

/** What every MetaStore does, whatever it stands on. */
export function metaStoreContract(name: string, open: () => Promise<MetaStore>) {
  describe(`meta store: ${name}`, () => {
    let meta: MetaStore
    let count = 0
    beforeAll(async () => {
      meta = await open()
    })
    afterAll(() => meta.close())

    const newShare = (changes: Partial<NewShare> = {}): NewShare => ({
      id: `share${++count}`.padEnd(22, "x"),
      sessionID: `ses_${count}`,
      secretHash: `hash${count}`,
      creator: "me",
      address: "here",
      createdAt: 1_700_000_000_000,
      ...changes,
    })
    const commit = (share: NewShare, id: string, secretHash = share.secretHash) =>
      meta.commit({
        shareID: share.id,
        segment: {
          id,
          objectKey: `shares/${share.id}/${id}`,
          items: 3,
          bytes: 50,
          contentBytes: 400,
          createdAt: 5,
        },
        secretHash,
        at: 5,
      })

    test("a share begins active, at revision 0, with one secret", async () => {
      const share = newShare()
      await meta.createShare(share)
      expect(await meta.findShare(share.id)).toEqual({
        id: share.id,
        sessionID: share.sessionID,
        state: "active",
        form: undefined,
        revision: 0,
        createdAt: share.createdAt,
        updatedAt: share.createdAt,
        revokedAt: undefined,
      })
      expect(await meta.secretHashes(share.id)).toEqual([share.secretHash])
      expect(await meta.findShare("nobody")).toBeUndefined()
    })

    test("an id is given once", async () => {
      const share = newShare()
      await meta.createShare(share)
      await expect(meta.createShare(share)).rejects.toMatchObject({
        name: "StorageError",
        op: "meta.createShare",
        retryable: false,
      })
      expect(await meta.secretHashes(share.id)).toEqual([share.secretHash])
    })

    test("[C4] finds the share without a sync that is recent and the same one's", async () => {
      const share = newShare()
      await meta.createShare(share)
      const query = { ...share, since: share.createdAt - 1 }
      expect((await meta.findUnsynced(query))?.id).toBe(share.id)
      expect(await meta.findUnsynced({ ...query, since: share.createdAt })).toBeUndefined()
      expect(await meta.findUnsynced({ ...query, creator: "other" })).toBeUndefined()
      expect(await meta.findUnsynced({ ...query, address: "elsewhere" })).toBeUndefined()
      expect(await meta.findUnsynced({ ...query, sessionID: "ses_other" })).toBeUndefined()
      await commit(share, "s1")
      expect(await meta.findUnsynced(query)).toBeUndefined()
    })

    test("[L1] commits add segments in order and raise the revision by one each", async () => {
      const share = newShare()
      await meta.createShare(share)
      expect(await commit(share, "s1")).toBe(1)
      expect(await commit(share, "s2")).toBe(2)
      expect(await meta.segments(share.id)).toEqual(
        ["s1", "s2"].map((id, i) => ({
          id,
          objectKey: `shares/${share.id}/${id}`,
          firstRevision: i + 1,
          lastRevision: i + 1,
          items: 3,
          bytes: 50,
          contentBytes: 400,
          createdAt: 5,
        })),
      )
      expect((await meta.segments(share.id, 1)).map(({ id }) => id)).toEqual(["s2"])
      expect(await meta.findShare(share.id)).toMatchObject({ revision: 2, updatedAt: 5, form: "log" })
    })

    test("[C4] the first commit keeps its secret and drops the others", async () => {
      const share = newShare()
      await meta.createShare(share)
      await meta.addSecret({ shareID: share.id, hash: "second", createdAt: 1 })
      expect(await commit(share, "s1", "second")).toBe(1)
      expect(await meta.secretHashes(share.id)).toEqual(["second"])
      expect(await commit(share, "s2", share.secretHash)).toBeUndefined()
      expect(await meta.segments(share.id)).toHaveLength(1)
    })

    test("fifty commits side by side get fifty revisions", async () => {
      const share = newShare()
      await meta.createShare(share)
      const revisions = await Promise.all(Array.from({ length: 50 }, (_, i) => commit(share, `s${i}`)))
      expect(revisions.sort((a, b) => Number(a) - Number(b))).toEqual(
        Array.from({ length: 50 }, (_, i) => i + 1),
      )
    })

    test("[C4] of two first commits side by side, one keeps its secret and the other commits nothing", async () => {
      for (let round = 0; round < 10; round++) {
        const share = newShare()
        await meta.createShare(share)
        await meta.addSecret({ shareID: share.id, hash: "second", createdAt: 1 })
        const revisions = await Promise.all([commit(share, "s1"), commit(share, "s2", "second")])
        const won = revisions[0] === 1 ? share.secretHash : "second"
        expect(revisions.filter((revision) => revision !== undefined)).toEqual([1])
        expect(await meta.secretHashes(share.id)).toEqual([won])
        expect(await meta.segments(share.id)).toHaveLength(1)
      }
    })

    test("[D5] revoking leaves a tombstone and notes the deletion", async () => {
      const share = newShare()
      await meta.createShare(share)
      await commit(share, "s1")
      expect(await meta.revoke(share.id, 9)).toEqual([share.id])
      expect(await meta.findShare(share.id)).toMatchObject({
        state: "revoked",
        sessionID: undefined,
        revokedAt: 9,
      })
      expect(await meta.findDeletion(share.id)).toEqual({
        shareID: share.id,
        revokedAt: 9,
        listed: undefined,
        finishedAt: undefined,
      })
      expect((await meta.unfinishedDeletions()).map(({ shareID }) => shareID)).toContain(share.id)
    })

    test("[D2] revoking twice revokes once, and the secret stays known", async () => {
      const share = newShare()
      await meta.createShare(share)
      await meta.revoke(share.id, 9)
      expect(await meta.revoke(share.id, 10)).toEqual([])
      expect(await meta.findDeletion(share.id)).toMatchObject({ revokedAt: 9 })
      expect(await meta.secretHashes(share.id)).toEqual([share.secretHash])
    })

    test("[D4] revoking takes the creator's earlier shares of the session along, and no one else's", async () => {
      const sessionID = "ses_again"
      const [first, second, third] = [1, 2, 3].map((createdAt) => newShare({ sessionID, createdAt }))
      const other = newShare({ sessionID, createdAt: 1, creator: "somebody" })
      for (const share of [first, second, third, other]) if (share) await meta.createShare(share)
      const revoked = await meta.revoke(second?.id ?? "", 9)
      expect(revoked.sort()).toEqual([first?.id, second?.id].sort())
      expect((await meta.findShare(third?.id ?? ""))?.state).toBe("active")
      expect((await meta.findShare(other.id))?.state).toBe("active")
    })

    test("[D4] revocations side by side revoke every share once", async () => {
      for (let round = 0; round < 10; round++) {
        const sessionID = `ses_crowd${round}`
        const shares = [1, 2, 3, 3].map((createdAt) => newShare({ sessionID, createdAt }))
        for (const share of shares) await meta.createShare(share)
        const revoked = await Promise.all(shares.map(({ id }) => meta.revoke(id, 9)))
        expect(revoked.flat().sort()).toEqual(shares.map(({ id }) => id).sort())
      }
    })

    test("[D6] a revoked share takes no commit", async () => {
      const share = newShare()
      await meta.createShare(share)
      await meta.revoke(share.id, 9)
      expect(await commit(share, "s1")).toBeUndefined()
      expect(await meta.segments(share.id)).toEqual([])
    })

    test("a finished deletion keeps its count and clears the manifest", async () => {
      const share = newShare()
      await meta.createShare(share)
      await commit(share, "s1")
      await meta.revoke(share.id, 9)
      await meta.recordListing(share.id, { objects: 4, bytes: 400 })
      await meta.finishDeletion(share.id, 12)
      expect(await meta.findDeletion(share.id)).toMatchObject({
        listed: { objects: 4, bytes: 400 },
        finishedAt: 12,
      })
      expect(await meta.segments(share.id)).toEqual([])
      expect((await meta.unfinishedDeletions()).map(({ shareID }) => shareID)).not.toContain(share.id)
    })
  })
}
