import type { Kysely } from "kysely"
import type { TrustStore } from "../../trust/ports.ts"
import type { Schema } from "../meta/schema.ts"

type SessionQueries = Pick<
  TrustStore,
  | "createSession"
  | "findSession"
  | "endSession"
  | "endSessions"
  | "createEntry"
  | "takeEntry"
  | "forgetExpired"
>

/** Browser sessions, and the links that open them. */
export function createSessionQueries(db: Kysely<Schema>): SessionQueries {
  return {
    async createSession({ hash, kind, subject, createdAt, expiresAt }) {
      await db
        .insertInto("browser_sessions")
        .values({ hash, kind, subject, created_at: createdAt, expires_at: expiresAt })
        .execute()
    },

    async findSession(hash) {
      const row = await db
        .selectFrom("browser_sessions")
        .selectAll()
        .where("hash", "=", hash)
        .executeTakeFirst()
      if (!row) return undefined
      const { kind, subject, created_at: createdAt, expires_at: expiresAt } = row
      return { hash, kind, subject, createdAt, expiresAt }
    },

    async endSession(hash) {
      await db.deleteFrom("browser_sessions").where("hash", "=", hash).execute()
    },

    async endSessions(kind) {
      await db.deleteFrom("browser_sessions").where("kind", "=", kind).execute()
    },

    async createEntry({ hash, kind, subject, expiresAt }) {
      await db.insertInto("entries").values({ hash, kind, subject, expires_at: expiresAt }).execute()
    },

    async takeEntry(hash) {
      const row = await db.deleteFrom("entries").where("hash", "=", hash).returningAll().executeTakeFirst()
      return row && { hash, kind: row.kind, subject: row.subject, expiresAt: row.expires_at }
    },

    async forgetExpired(now) {
      for (const table of ["browser_sessions", "entries"] as const) {
        await db.deleteFrom(table).where("expires_at", "<=", now).execute()
      }
    },
  }
}
