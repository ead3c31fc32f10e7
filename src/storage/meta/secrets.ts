import type { Kysely, Transaction } from "kysely"
import type { MetaStore, NewShare } from "../../shares/ports.ts"
import type { AuditWriter } from "../trust/audit-writer.ts"
import type { Dialect } from "./dialect.ts"
import { raiseAccess } from "./raise-access.ts"
import type { Schema } from "./schema.ts"

export function createSecretQueries(
  db: Kysely<Schema>,
  { dialect, audit }: { dialect: Dialect; audit: AuditWriter },
): Pick<MetaStore, "addSecret" | "secrets" | "renewSecrets" | "replaceSecrets"> {
  return {
    async addSecret({ shareID, hash, scope, createdAt }) {
      await db
        .insertInto("share_secrets")
        .values({ share_id: shareID, hash, scope, created_at: createdAt })
        .execute()
    },

    secrets: (shareID, hash) =>
      db
        .selectFrom("share_secrets")
        .select(["hash", "scope"])
        .where("share_id", "=", shareID)
        .$if(hash !== undefined, (query) => query.where("hash", "=", hash ?? ""))
        .execute(),

    renewSecrets: ({ sessionID, creator, encrypted, secrets, at, audit: note }) =>
      audit.transaction(async (tx, write) => {
        const row = await tx
          .selectFrom("shares")
          .select("share_id")
          .where("session_id", "=", sessionID)
          .where("creator", "=", creator)
          .where("door", "=", "direct")
          .where("state", "=", "active")
          .where("encrypted", "=", encrypted ? 1 : 0)
          .where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", at)]))
          .orderBy("created_at", "desc")
          .limit(1)
          // Commits lock the row before they look at their secret.
          .$if(dialect.locksRows, (query) => query.forUpdate())
          .executeTakeFirst()
        if (!row) return undefined
        await tx.deleteFrom("share_secrets").where("share_id", "=", row.share_id).execute()
        await giveSecrets(tx, { id: row.share_id, secrets, createdAt: at })
        if (note) await write({ ...note, shareID: row.share_id })
        return raiseAccess(tx, { shareID: row.share_id, dialect })
      }),

    replaceSecrets: ({ shareID, generation, secrets, at, audit: note }) =>
      audit.transaction(async (tx, write) => {
        const row = await tx
          .selectFrom("shares")
          .select("share_id")
          .where("share_id", "=", shareID)
          .where("generation", "=", generation)
          .where("state", "=", "active")
          // Commits lock the row before they look at their secret.
          .$if(dialect.locksRows, (query) => query.forUpdate())
          .executeTakeFirst()
        if (!row) return undefined
        await tx.deleteFrom("share_secrets").where("share_id", "=", shareID).execute()
        await giveSecrets(tx, { id: shareID, secrets, createdAt: at })
        await write({ ...note, shareID })
        return raiseAccess(tx, { shareID, dialect })
      }),
  }
}

/** The secrets that a share begins with. */
export async function giveSecrets(
  tx: Transaction<Schema>,
  { id, secrets, createdAt }: Pick<NewShare, "id" | "secrets" | "createdAt">,
): Promise<void> {
  await tx
    .insertInto("share_secrets")
    .values(secrets.map(({ hash, scope }) => ({ share_id: id, hash, scope, created_at: createdAt })))
    .execute()
}

/** Whether a share's content may be changed with it. */
export async function canWrite(
  tx: Transaction<Schema>,
  secret: { shareID: string; hash: string },
): Promise<boolean> {
  const row = await tx
    .selectFrom("share_secrets")
    .select("hash")
    .where("share_id", "=", secret.shareID)
    .where("hash", "=", secret.hash)
    .where("scope", "=", "write")
    .executeTakeFirst()
  return row !== undefined
}
