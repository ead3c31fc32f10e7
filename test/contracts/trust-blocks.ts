import { describe, expect, test } from "vitest"
import type { AuditEntry } from "../../src/protocol/audit.ts"
import type { TrustBench } from "./trust-audit.ts"

const note = (event: "blocked" | "unblocked"): AuditEntry => ({ at: 40_000, event, actor: "blocks" })

export function blockContract(bench: () => TrustBench) {
  describe("blocks", () => {
    const store = () => bench().database.trust
    const recorded = async () => {
      const rows = await store().readAudit({ since: 40_000, until: 40_001, limit: 100 })
      return rows.filter(({ actor }) => actor === "blocks").map(({ event }) => event)
    }

    test("[B8] one stands until it is removed, with its first reason, and each change is recorded once", async () => {
      const block = { kind: "token", value: "t", reason: "noise", createdAt: 1 } as const
      const other = { ...block, kind: "creator", reason: undefined, createdAt: 2 } as const
      expect(await store().addBlock(block, note("blocked"))).toEqual(block)
      expect(await store().addBlock({ ...block, reason: "other" }, note("blocked"))).toEqual(block)
      await store().addBlock(other, note("blocked"))
      expect(await store().blocks()).toEqual([other, block])
      expect(await store().removeBlock(block, note("unblocked"))).toBe(true)
      expect(await store().removeBlock(block, note("unblocked"))).toBe(false)
      expect(await store().blocks()).toEqual([other])
      expect(await recorded()).toEqual(["blocked", "blocked", "unblocked"])
    })
  })
}
