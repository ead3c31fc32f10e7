import type { Kysely, Selectable } from "kysely"
import type { BlockRow, TrustStore } from "../../trust/ports.ts"
import type { Schema } from "../meta/schema.ts"
import type { AuditWriter } from "./audit-writer.ts"

/** Who may not create or change anything. */
export function createBlockQueries(
  db: Kysely<Schema>,
  audit: AuditWriter,
): Pick<TrustStore, "blocks" | "addBlock" | "removeBlock"> {
  return {
    async blocks() {
      const rows = await db
        .selectFrom("blocks")
        .selectAll()
        .orderBy("created_at", "desc")
        .orderBy("kind")
        .orderBy("value")
        .execute()
      return rows.map(toBlock)
    },

    addBlock: ({ kind, value, reason, createdAt }, note) =>
      audit.transaction(async (tx, write) => {
        const made = await tx
          .insertInto("blocks")
          .values({ kind, value, reason: reason ?? null, created_at: createdAt })
          .onConflict((conflict) => conflict.doNothing())
          .returning("kind")
          .executeTakeFirst()
        if (made) await write(note)
        const row = await tx
          .selectFrom("blocks")
          .selectAll()
          .where("kind", "=", kind)
          .where("value", "=", value)
          .executeTakeFirst()
        // Another took it away between the two.
        return row ? toBlock(row) : { kind, value, reason, createdAt }
      }),

    removeBlock: ({ kind, value }, note) =>
      audit.transaction(async (tx, write) => {
        const row = await tx
          .deleteFrom("blocks")
          .where("kind", "=", kind)
          .where("value", "=", value)
          .returning("kind")
          .executeTakeFirst()
        if (row) await write(note)
        return row !== undefined
      }),
  }
}

function toBlock({ kind, value, reason, created_at }: Selectable<Schema["blocks"]>): BlockRow {
  return { kind, value, reason: reason ?? undefined, createdAt: created_at }
}
