import type { Kysely } from "kysely"
import { BY_ITSELF } from "../../protocol/audit.ts"
import type { MetaStore } from "../../shares/ports.ts"
import type { AuditWriter } from "../trust/audit-writer.ts"
import type { Dialect } from "./dialect.ts"
import { toShare } from "./rows.ts"
import type { Schema } from "./schema.ts"

/** Who may see shares, for how long, and how often they were viewed. */
export function createAccessQueries(
  db: Kysely<Schema>,
  { dialect, audit }: { dialect: Dialect; audit: AuditWriter },
): Pick<MetaStore, "setAccess" | "overdue" | "addViews"> {
  return {
    setAccess: ({ shareID, generation, was, access, at, audit: notes = [] }) =>
      audit.transaction(async (tx, write) => {
        const row = await tx
          .updateTable("shares")
          .set((eb) => ({
            visibility: access.visibility,
            password: access.password ?? null,
            expires_at: access.expiresAt ?? null,
            access: eb("access", "+", 1),
          }))
          .where("share_id", "=", shareID)
          .where("generation", "=", generation)
          .where("access", "=", was)
          .where("state", "=", "active")
          .where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", at)]))
          .returningAll()
          .executeTakeFirst()
        if (!row) return undefined
        for (const note of notes) await write({ ...note, shareID })
        const { revision, state } = row
        await dialect.announce?.(tx, [{ shareID, revision, state, access: row.access }])
        return toShare(row)
      }),

    async overdue(now, limit) {
      const rows = await db
        .selectFrom("shares")
        .select(["share_id", "generation"])
        .where("state", "=", "active")
        .where("expires_at", "<=", now)
        .orderBy("expires_at")
        .limit(limit)
        .execute()
      return rows.map(({ share_id, generation }) => ({ shareID: share_id, generation }))
    },

    async addViews(counted) {
      await audit.transaction(async (tx, write) => {
        for (const { shareID, generation, views, at } of counted) {
          const first = await tx
            .updateTable("shares")
            .set((eb) => ({
              views: eb("views", "+", views),
              first_viewed_at: eb.fn.coalesce("first_viewed_at", eb.val(at)),
            }))
            .where("share_id", "=", shareID)
            .where("generation", "=", generation)
            .where("state", "=", "active")
            .returning("views")
            .executeTakeFirst()
          // Nobody was before these.
          if (first?.views === views) await write({ ...BY_ITSELF, at, event: "first_viewed", shareID })
        }
      })
    },
  }
}
