import type { Kysely, Migration } from "kysely"

/** Shares, their secrets, their manifests and what deletions still owe. Times are milliseconds since the epoch. */
export const shares: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable("shares")
      .addColumn("share_id", "text", (c) => c.primaryKey())
      // Null once revoked.
      .addColumn("session_id", "text")
      .addColumn("state", "text", (c) => c.notNull())
      .addColumn("form", "text")
      .addColumn("revision", "integer", (c) => c.notNull().defaultTo(0))
      .addColumn("creator", "text")
      .addColumn("address", "text")
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("updated_at", "bigint", (c) => c.notNull())
      .addColumn("revoked_at", "bigint")
      .execute()
    await db.schema.createIndex("shares_by_session").on("shares").columns(["session_id", "creator"]).execute()

    await db.schema
      .createTable("share_secrets")
      .addColumn("share_id", "text", (c) => c.notNull().references("shares.share_id"))
      .addColumn("hash", "text", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("share_secrets_key", ["share_id", "hash"])
      .execute()

    await db.schema
      .createTable("segments")
      .addColumn("share_id", "text", (c) => c.notNull().references("shares.share_id"))
      .addColumn("first_revision", "integer", (c) => c.notNull())
      .addColumn("last_revision", "integer", (c) => c.notNull())
      .addColumn("segment_id", "text", (c) => c.notNull())
      .addColumn("object_key", "text", (c) => c.notNull())
      .addColumn("items", "integer", (c) => c.notNull())
      .addColumn("bytes", "bigint", (c) => c.notNull())
      .addColumn("content_bytes", "bigint", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      // Manifest order is commit order.
      .addPrimaryKeyConstraint("segments_key", ["share_id", "first_revision"])
      .execute()

    await db.schema
      .createTable("deletions")
      .addColumn("share_id", "text", (c) => c.primaryKey().references("shares.share_id"))
      .addColumn("revoked_at", "bigint", (c) => c.notNull())
      .addColumn("listed_objects", "integer")
      .addColumn("listed_bytes", "bigint")
      .addColumn("finished_at", "bigint")
      .execute()
  },
}
