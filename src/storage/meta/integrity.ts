import { type Kysely, sql } from "kysely"
import type { IntegrityStore } from "../../shares/ports.ts"
import type { Schema } from "./schema.ts"

/** Rows that a share which is not active has none of. */
const OF_ACTIVE = ["segments", "superseded", "redactions"] as const

/** What a check asks of the rows, and mends. */
export function createIntegrityQueries(db: Kysely<Schema>): IntegrityStore {
  const active = db.selectFrom("shares").select("share_id").where("state", "=", "active")

  return {
    async shareIDs({ after, limit }) {
      const rows = await db
        .selectFrom("shares")
        .select("share_id")
        .$if(after !== undefined, (query) => query.where("share_id", ">", after ?? ""))
        .orderBy("share_id")
        .limit(limit)
        .execute()
      return rows.map((row) => row.share_id)
    },

    async mendRow({ id, generation, revision, epoch }, counts) {
      const row = await db
        .updateTable("shares")
        .set({
          stored_bytes: sql<number>`case when form = 'plain' then coalesce(plain_bytes, 0)
            else (select coalesce(sum(bytes), 0) from segments where segments.share_id = shares.share_id) end`,
          ...(counts && {
            message_count: counts.messages,
            part_count: counts.parts,
            diff_count: counts.diffs,
            model_count: counts.models,
          }),
        })
        .where("share_id", "=", id)
        .where("state", "=", "active")
        .where("generation", "=", generation)
        .where("revision", "=", revision)
        .where("epoch", "=", epoch)
        .returning("share_id")
        .executeTakeFirst()
      return row !== undefined
    },

    async strayRows() {
      let count = 0
      for (const table of OF_ACTIVE) {
        const row = await db
          .selectFrom(table)
          .select((eb) => eb.fn.countAll().as("count"))
          .where("share_id", "not in", active)
          .executeTakeFirstOrThrow()
        count += Number(row.count)
      }
      return count
    },

    async deleteStrayRows() {
      let count = 0
      for (const table of OF_ACTIVE) {
        const row = await db.deleteFrom(table).where("share_id", "not in", active).executeTakeFirstOrThrow()
        count += Number(row.numDeletedRows)
      }
      return count
    },
  }
}
