import { beforeAll, describe, expect, test } from "vitest"
import type { AuditEntry, AuditNote, AuditRow } from "../../src/protocol/audit.ts"
import type { Database } from "../../src/storage/meta/kysely-store.ts"
import { newShare } from "./meta-bench.ts"

export interface TrustBench {
  database: Database
  /** Past the store, as an operator with a console could. */
  execute(sql: string): Promise<unknown>
}

const NOTE: AuditNote = { at: 7_000, event: "created", actor: "token:team", requestID: "r1" }

export function auditContract(bench: () => TrustBench) {
  describe("the audit", () => {
    let database: Database
    const told: AuditRow[] = []
    beforeAll(() => {
      database = bench().database
      database.trust.onAudit((rows) => void told.push(...rows))
    })

    const read = (shareID?: string) => database.trust.readAudit({ shareID, limit: 100 })
    const events = async (shareID: string) => (await read(shareID)).map(({ event }) => event)

    test("[A1] is read in the order in which it was recorded, by time, event and share", async () => {
      const entry: AuditEntry = {
        at: 1_000,
        event: "taken_down",
        shareID: "read-share",
        actor: "admin",
        address: "192.0.2.0/24",
        requestID: "r",
        details: { reason: "spam — of the worst kind", count: 2, again: true },
      }
      const other: AuditEntry = { at: 2_000, event: "blocked", actor: "admin" }
      await database.trust.recordAudit([entry, other, { ...entry, at: 3_000 }])
      const [first, second] = await read("read-share")
      expect(first).toEqual({ ...entry, id: first?.id })
      expect(second?.id).toBeGreaterThan(first?.id ?? 0)
      const query = async (changes: object) =>
        (await database.trust.readAudit({ limit: 10, ...changes })).map(({ at }) => at)
      expect(await query({ since: 2_000 })).toEqual([2_000, 3_000])
      expect(await query({ until: 2_000 })).toEqual([1_000])
      expect(await query({ event: "blocked" })).toEqual([2_000])
      expect(await query({ shareID: "read-share", after: first?.id })).toEqual([3_000])
      expect(await query({ limit: 1 })).toEqual([1_000])
      const newest = await database.trust.readAudit({ newestFirst: true, limit: 2 })
      expect(newest.map(({ at }) => at)).toEqual([3_000, 2_000])
      expect(await query({ newestFirst: true, after: newest[1]?.id, limit: 1 })).toEqual([1_000])
    })

    test.each(["update audit set actor = 'nobody'", "delete from audit"])(
      "[A1] takes no %s, whoever asks",
      async (statement) => {
        const before = await read()
        expect(before.length).toBeGreaterThan(0)
        await expect(bench().execute(statement)).rejects.toThrow("append-only")
        expect(await read()).toEqual(before)
      },
    )

    test("[A2] has an entry for each creation, and none for one that was not made", async () => {
      const share = newShare({ audit: NOTE })
      expect(await database.createShare(share)).toBe(true)
      expect(await database.createShare(share)).toBe(false)
      expect(await read(share.id)).toMatchObject([{ ...NOTE, shareID: share.id }])
      const was = { generation: 0, state: "active" } as const
      expect(await database.reuseShare(share, was)).toBe(true)
      expect(await database.reuseShare(share, was)).toBe(false)
      expect(await events(share.id)).toEqual(["created", "created"])
    })

    test("[A2] has an entry for each share that a revocation takes along, once", async () => {
      const [early, late] = [newShare({ createdAt: 1 }), newShare({ createdAt: 2 })]
      await database.createShare(early)
      await database.createShare({ ...late, sessionID: early.sessionID })
      const note = { ...NOTE, event: "revoked" } as const
      await database.revoke({ shareID: late.id, generation: 0 }, 9, note)
      await database.revoke({ shareID: late.id, generation: 0 }, 9, note)
      for (const { id } of [early, late]) expect(await events(id)).toEqual(["revoked"])
    })

    test("[A2] has an entry for new secrets, and none where there is nothing to give them to", async () => {
      const share = newShare({ door: "direct", creator: "owner-of-it" })
      await database.createShare(share)
      const renewal = {
        sessionID: share.sessionID,
        creator: "owner-of-it",
        encrypted: false,
        secrets: [{ hash: "new", scope: "write" }],
        at: 9,
        audit: { ...NOTE, event: "recovered" },
      } as const
      await database.renewSecrets(renewal)
      await database.renewSecrets({ ...renewal, creator: "another" })
      expect(await events(share.id)).toEqual(["recovered"])
    })

    test("[A2] has an entry for rules that were added, and says how many", async () => {
      const share = newShare()
      await database.createShare(share)
      const add = (ids: readonly string[], changes: object = {}) =>
        database.addRedactions({
          ...{ shareID: share.id, generation: 0, secretHash: undefined, most: 2, at: 9 },
          rules: ids.map((id) => ({ id, rule: "sealed" })),
          redact: (text) => text,
          audit: { ...NOTE, event: "redacted", details: { occurrences: 5 } },
          ...changes,
        })
      await add(["r1", "r2", "r1"])
      await add(["r2", "r1"])
      expect(await add(["r3"])).toBe("too_many")
      await add(["r3"], { secretHash: "another", most: 9 })
      expect(await read(share.id)).toMatchObject([
        { ...NOTE, event: "redacted", details: { rules: 2, occurrences: 5 } },
      ])
      const broken = { ...NOTE, event: "redacted", actor: null as never }
      await expect(add(["r3"], { most: 9, audit: broken })).rejects.toThrow("meta.addRedactions")
      expect(await database.redactions(share.id, 0)).toHaveLength(2)
      expect(await database.findShare(share.id)).toMatchObject({ redactions: 2, revision: 1 })
    })

    test("[A2] and what it tells are one: where one fails, the other is not done either", async () => {
      const broken = newShare({ audit: { ...NOTE, at: Number.NaN, actor: null as never } })
      told.length = 0
      await expect(database.createShare(broken)).rejects.toThrow("meta.createShare")
      expect(await database.findShare(broken.id)).toBeUndefined()
      expect(told).toEqual([])
      const whole = newShare({ audit: NOTE })
      await database.createShare(whole)
      expect(told).toMatchObject([{ shareID: whole.id }])
    })

    test("[A5] waits in the outbox from when that was begun, the oldest first, until it was sent", async () => {
      expect(await database.trust.countOutbox()).toBe(0)
      await database.trust.startOutbox()
      await database.trust.startOutbox()
      const entries = ["a", "b", "c"].map((actor, at) => ({ at, event: "blocked", actor }) as const)
      await database.trust.recordAudit(entries)
      const waiting = await database.trust.outbox(2)
      expect(waiting.map(({ actor }) => actor)).toEqual(["a", "b"])
      await database.trust.forgetSent(waiting.map(({ id }) => id))
      expect((await database.trust.outbox(9)).map(({ actor }) => actor)).toEqual(["c"])
      expect(await database.trust.countOutbox()).toBe(1)
      // What was sent is in the audit as before.
      expect((await read()).filter(({ event }) => event === "blocked")).toHaveLength(4)
    })
  })
}
