import { describe, expect, test } from "vitest"
import type { AuditEntry } from "../../src/protocol/audit.ts"
import type { TokenRow } from "../../src/trust/ports.ts"
import { newShare } from "./meta-bench.ts"
import type { TrustBench } from "./trust-audit.ts"

const MADE: AuditEntry = { at: 5_000, event: "token_created", actor: "admin" }

const newToken = (name: string, createdAt = 5_000): TokenRow => ({
  id: `id-${name}`,
  name,
  hash: `hash-${name}`,
  creator: `creator-${name}`,
  createdAt,
  revokedAt: undefined,
  lastUsedAt: undefined,
})

export function tokenContract(bench: () => TrustBench) {
  describe("tokens", () => {
    const store = () => bench().database.trust
    const recorded = async (event: "token_created" | "token_revoked") =>
      (await store().readAudit({ event, limit: 100 })).length

    test("[N1] one is found by its hash; a name and an id are given once", async () => {
      const token = newToken("a")
      const before = await recorded("token_created")
      expect(await store().createToken(token, MADE)).toBe(true)
      expect(await store().createToken({ ...newToken("b"), name: "a" }, MADE)).toBe(false)
      expect(await store().findToken("hash-a")).toEqual(token)
      expect(await store().findToken("hash-b")).toBeUndefined()
      expect(await recorded("token_created")).toBe(before + 1)
    })

    test("[N1] of several of one name at once, one is made", async () => {
      const made = await Promise.all(
        Array.from({ length: 6 }, (_, at) =>
          store().createToken({ ...newToken(`crowd-${at}`), name: "crowd" }, MADE),
        ),
      )
      expect(made.filter(Boolean)).toEqual([true])
    })

    test("[N1] a revocation is recorded once, and says when it was, also when repeated", async () => {
      await store().createToken(newToken("c"), MADE)
      const revoke = (at: number) =>
        store().revokeToken({ id: "id-c", audit: { at, event: "token_revoked", actor: "admin" } })
      expect(await revoke(6_000)).toMatchObject({ name: "c", revokedAt: 6_000 })
      expect(await revoke(7_000)).toMatchObject({ name: "c", revokedAt: 6_000 })
      const entries = await store().readAudit({ event: "token_revoked", limit: 100 })
      expect(entries.filter(({ details }) => details?.token === "c")).toHaveLength(1)
      expect(await store().revokeToken({ id: "none", audit: MADE })).toBeUndefined()
    })

    test("[N1] a use is noted, unless one was a moment ago", async () => {
      await store().createToken(newToken("d"), MADE)
      const use = async (at: number) => {
        await store().useToken({ id: "id-d", at, unlessSince: at - 100 })
        return (await store().findToken("hash-d"))?.lastUsedAt
      }
      expect([await use(1_000), await use(1_099), await use(1_100)]).toEqual([1_000, 1_000, 1_100])
    })

    test("[N1] the newest stands first", async () => {
      await store().createToken(newToken("early", 100_000), MADE)
      await store().createToken(newToken("late", 200_000), MADE)
      expect((await store().tokens()).slice(0, 2).map(({ name }) => name)).toEqual(["late", "early"])
    })

    test("[B1] another admin token takes the place of the one before, with all that it let in", async () => {
      const replace = (value: string) =>
        store().replaceAdmin({
          name: "admin-token",
          value,
          audit: { at: 1, event: "admin_token_rotated", actor: "system" },
        })
      await replace("first")
      const session = { kind: "admin", subject: "{}", createdAt: 1, expiresAt: 9_000_000 } as const
      await store().createSession({ ...session, hash: "let-in" })
      await store().createSession({ ...session, hash: "an-owner", kind: "owner" })
      await store().createEntry({ ...session, hash: "a-link" })
      await replace("second")
      expect(await store().readInstance("admin-token")).toBe("second")
      expect(await store().findSession("let-in")).toBeUndefined()
      expect(await store().takeEntry("a-link")).toBeUndefined()
      expect(await store().findSession("an-owner")).toBeDefined()
      expect(await store().readAudit({ event: "admin_token_rotated", limit: 9 })).toHaveLength(2)
    })

    test("[N1] a share names the token that it was created with until it is revoked", async () => {
      const { database } = bench()
      const share = newShare({ tokenID: "id-a", door: "direct" })
      await database.createShare(share)
      expect(await database.findShare(share.id)).toMatchObject({ tokenID: "id-a" })
      await database.revoke({ shareID: share.id, generation: 0 }, 9)
      expect((await database.findShare(share.id))?.tokenID).toBeUndefined()
    })
  })
}
