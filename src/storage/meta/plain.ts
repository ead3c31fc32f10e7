import type { Kysely } from "kysely"
import type { MetaStore } from "../../shares/ports.ts"
import { fromMetadata, toShare } from "./rows.ts"
import type { Schema } from "./schema.ts"

/** The plain form: an object that others change, and what was last seen of it. */
export function createPlainQueries(db: Kysely<Schema>): Pick<MetaStore, "seePlain" | "describePlain"> {
  return {
    async seePlain({ shareID, generation, version, bytes, after, at }) {
      await db
        .updateTable("shares")
        .set((eb) => ({
          form: "plain",
          revision: eb("revision", "+", 1),
          sync_count: eb("sync_count", "+", 1),
          updated_at: at,
          plain_version: version,
          plain_bytes: bytes,
          plain_redactions: 0,
          stored_bytes: bytes,
        }))
        .where("share_id", "=", shareID)
        .where("generation", "=", generation)
        .where("state", "=", "active")
        .where((eb) => eb.or([eb("form", "is", null), eb("form", "=", "plain")]))
        .where((eb) =>
          after === undefined ? eb("plain_version", "is", null) : eb("plain_version", "=", after),
        )
        .execute()
      const row = await db
        .selectFrom("shares")
        .selectAll()
        .where("share_id", "=", shareID)
        .where("generation", "=", generation)
        .where("state", "=", "active")
        .executeTakeFirst()
      return row && toShare(row)
    },

    async describePlain({ shareID, version, redactions, metadata }) {
      await db
        .updateTable("shares")
        .set(fromMetadata(metadata))
        .where("share_id", "=", shareID)
        .where("plain_version", "=", version)
        .where("redactions", "=", redactions)
        .execute()
    },
  }
}
