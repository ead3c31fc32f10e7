import type { Kysely, Transaction } from "kysely"
import type { MetaStore } from "../../shares/ports.ts"
import type { Schema } from "./schema.ts"

export function createSecretQueries(db: Kysely<Schema>): Pick<MetaStore, "addSecret" | "secrets"> {
  return {
    async addSecret({ shareID, hash, scope, createdAt }) {
      await db
        .insertInto("share_secrets")
        .values({ share_id: shareID, hash, scope, created_at: createdAt })
        .execute()
    },

    secrets: (shareID) =>
      db.selectFrom("share_secrets").select(["hash", "scope"]).where("share_id", "=", shareID).execute(),
  }
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
