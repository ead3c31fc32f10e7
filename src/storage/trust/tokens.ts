import type { Kysely, Selectable } from "kysely"
import type { TokenRow, TrustStore } from "../../trust/ports.ts"
import type { Schema } from "../meta/schema.ts"
import type { AuditWriter } from "./audit-writer.ts"

type TokenQueries = Pick<TrustStore, "createToken" | "findToken" | "tokens" | "revokeToken" | "useToken">

/** Tokens that create, under their hashes. */
export function createTokenQueries(db: Kysely<Schema>, audit: AuditWriter): TokenQueries {
  return {
    createToken: (token, note) =>
      audit.transaction(async (tx, write) => {
        const made = await tx
          .insertInto("create_tokens")
          .values({
            id: token.id,
            name: token.name,
            hash: token.hash,
            creator: token.creator,
            created_at: token.createdAt,
            revoked_at: null,
            last_used_at: null,
          })
          .onConflict((conflict) => conflict.doNothing())
          .returning("id")
          .executeTakeFirst()
        if (made) await write(note)
        return made !== undefined
      }),

    async findToken(hash) {
      const row = await db.selectFrom("create_tokens").selectAll().where("hash", "=", hash).executeTakeFirst()
      return row && toToken(row)
    },

    async tokens() {
      const rows = await db
        .selectFrom("create_tokens")
        .selectAll()
        .orderBy("created_at", "desc")
        .orderBy("id")
        .execute()
      return rows.map(toToken)
    },

    revokeToken: ({ id, audit: note }) =>
      audit.transaction(async (tx, write) => {
        const revoked = await tx
          .updateTable("create_tokens")
          .set({ revoked_at: note.at })
          .where("id", "=", id)
          .where("revoked_at", "is", null)
          .returningAll()
          .executeTakeFirst()
        if (revoked) {
          await write({ ...note, details: { token: revoked.name } })
          return toToken(revoked)
        }
        const row = await tx.selectFrom("create_tokens").selectAll().where("id", "=", id).executeTakeFirst()
        return row && toToken(row)
      }),

    async useToken({ id, at, unlessSince }) {
      await db
        .updateTable("create_tokens")
        .set({ last_used_at: at })
        .where("id", "=", id)
        .where((eb) => eb.or([eb("last_used_at", "is", null), eb("last_used_at", "<=", unlessSince)]))
        .execute()
    },
  }
}

function toToken(row: Selectable<Schema["create_tokens"]>): TokenRow {
  return {
    id: row.id,
    name: row.name,
    hash: row.hash,
    creator: row.creator,
    createdAt: row.created_at,
    revokedAt: row.revoked_at ?? undefined,
    lastUsedAt: row.last_used_at ?? undefined,
  }
}
