import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { TrustStore } from "../../src/trust/ports.ts"
import { auditContract, type TrustBench } from "./trust-audit.ts"
import { blockContract } from "./trust-blocks.ts"
import { overviewContract } from "./trust-overview.ts"
import { tokenContract } from "./trust-tokens.ts"

/** What every TrustStore does, whatever it stands on. */
export function trustStoreContract(name: string, open: () => Promise<TrustBench>) {
  describe(`trust store: ${name}`, () => {
    let bench: TrustBench
    let store: TrustStore
    beforeAll(async () => {
      bench = await open()
      store = bench.database.trust
    })
    afterAll(() => bench?.database.close())

    auditContract(() => bench)
    tokenContract(() => bench)
    overviewContract(() => bench)
    blockContract(() => bench)

    test("of values kept at once under one name, one stands, and all are told which", async () => {
      expect(await store.readInstance("key")).toBeUndefined()
      const told = await Promise.all(["a", "b", "c", "d"].map((value) => store.keepInstance("key", value)))
      expect(new Set(told).size).toBe(1)
      expect(await store.readInstance("key")).toBe(told[0])
    })

    test("a session is found until it is ended, alone or with all of its kind", async () => {
      const session = (hash: string, kind: "owner" | "admin") =>
        ({ hash, kind, subject: "{}", createdAt: 1_000, expiresAt: 2_000 }) as const
      for (const hash of ["s1", "s2"]) await store.createSession(session(hash, "admin"))
      await store.createSession(session("s3", "owner"))
      expect(await store.findSession("s1")).toEqual(session("s1", "admin"))
      await store.endSession("s1")
      expect(await store.findSession("s1")).toBeUndefined()
      await store.endSessions("admin")
      expect(await store.findSession("s2")).toBeUndefined()
      expect(await store.findSession("s3")).toBeDefined()
    })

    test("of many who take an entry at once, one gets it", async () => {
      const entry = { hash: "e1", kind: "owner", subject: "{}", expiresAt: 2_000 } as const
      await store.createEntry(entry)
      const taken = await Promise.all(Array.from({ length: 8 }, () => store.takeEntry("e1")))
      expect(taken.filter(Boolean)).toEqual([entry])
    })

    test("what has expired is forgotten, and nothing else", async () => {
      for (const [hash, expiresAt] of [
        ["old", 5_000],
        ["new", 5_001],
      ] as const) {
        await store.createSession({ hash, kind: "owner", subject: "{}", createdAt: 1, expiresAt })
        await store.createEntry({ hash, kind: "owner", subject: "{}", expiresAt })
      }
      await store.forgetExpired(5_000)
      expect([await store.findSession("old"), await store.takeEntry("old")]).toEqual([undefined, undefined])
      expect(await store.findSession("new")).toBeDefined()
      expect(await store.takeEntry("new")).toBeDefined()
    })
  })
}
