import { type ColumnDefinitionBuilder, type Kysely, type Migration, sql } from "kysely"

/**
 * Shares whose content goes straight to the store (tickets, the plain form, ids that clients bring), what a share
 * says of itself, merging, and work that one node does for all. Times are milliseconds since the epoch.
 */
export const directDoor: Migration = {
  async up(db: Kysely<unknown>) {
    const alter = db.schema.alterTable("shares")
    const count = (c: ColumnDefinitionBuilder) => c.notNull().defaultTo(0)
    for (const column of [
      alter.addColumn("door", "text", (c) => c.notNull().defaultTo("native")),
      // +1 each time the id is given again; objects of different generations never meet.
      alter.addColumn("generation", "integer", count),
      // +1 whenever segments are replaced.
      alter.addColumn("epoch", "integer", count),
      alter.addColumn("sync_count", "integer", count),
      alter.addColumn("title", "text"),
      alter.addColumn("directory", "text"),
      alter.addColumn("message_count", "integer", count),
      alter.addColumn("part_count", "integer", count),
      alter.addColumn("diff_count", "integer", count),
      alter.addColumn("model_count", "integer", count),
      // 1: its client brought the id.
      alter.addColumn("own_id", "integer", count),
      // When the last ticket expires: of any kind, and of the plain form.
      alter.addColumn("tickets_until", "bigint"),
      alter.addColumn("plain_until", "bigint"),
      // The plain object as last seen.
      alter.addColumn("plain_version", "text"),
      alter.addColumn("plain_bytes", "bigint"),
      db.schema.alterTable("share_secrets").addColumn("scope", "text", (c) => c.notNull().defaultTo("write")),
    ]) {
      // SQLite adds one column a statement.
      await column.execute()
    }
    // Syncs had no count of their own: each raised the revision by one.
    await (db as Kysely<{ shares: { sync_count: number; revision: number } }>)
      .updateTable("shares")
      .set((eb) => ({ sync_count: eb.ref("revision") }))
      .execute()

    await db.schema
      .createIndex("segments_by_id")
      .on("segments")
      .columns(["share_id", "segment_id"])
      .unique()
      .execute()

    // Objects that a merge has replaced, until no reader can still be under way.
    await db.schema
      .createTable("superseded")
      .addColumn("share_id", "text", (c) => c.notNull().references("shares.share_id"))
      .addColumn("segment_id", "text", (c) => c.notNull())
      .addColumn("object_key", "text", (c) => c.notNull())
      .addColumn("since", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("superseded_key", ["share_id", "segment_id"])
      .execute()
    await db.schema.createIndex("superseded_by_age").on("superseded").column("since").execute()

    // One deletion a generation: an id may be given again while the last of it is still being deleted.
    await db.schema.alterTable("deletions").renameTo("deletions_1").execute()
    await db.schema
      .createTable("deletions")
      .addColumn("share_id", "text", (c) => c.notNull().references("shares.share_id"))
      // A node of the version before, during an upgrade, does not name it.
      .addColumn("generation", "integer", count)
      .addColumn("revoked_at", "bigint", (c) => c.notNull())
      .addColumn("listed_objects", "integer")
      .addColumn("listed_bytes", "bigint")
      // Keys of what is counted and not known to be deleted, as JSON.
      .addColumn("pending", "text")
      // When the last ticket expires that could still bring an object.
      .addColumn("tickets_until", "bigint")
      // When everything that was there had been deleted.
      .addColumn("cleared_at", "bigint")
      .addColumn("finished_at", "bigint")
      .addPrimaryKeyConstraint("deletions_by_generation", ["share_id", "generation"])
      .execute()
    type Deletion = Record<string, number | string | null>
    const deletions = db as Kysely<{ deletions: Deletion; deletions_1: Deletion }>
    await deletions
      .insertInto("deletions")
      .columns(["share_id", "generation", "revoked_at", "listed_objects", "listed_bytes", "finished_at"])
      .expression((eb) =>
        eb
          .selectFrom("deletions_1")
          .select([
            "share_id",
            eb.lit(0).as("generation"),
            "revoked_at",
            "listed_objects",
            "listed_bytes",
            "finished_at",
          ]),
      )
      .execute()
    await db.schema.dropTable("deletions_1").execute()
    await db.schema
      .createIndex("deletions_unfinished")
      .on("deletions")
      .column("share_id")
      .where(sql.ref("finished_at"), "is", null)
      .execute()

    await db.schema
      .createTable("leases")
      .addColumn("name", "text", (c) => c.primaryKey())
      .addColumn("until", "bigint", (c) => c.notNull())
      .execute()
  },
}
