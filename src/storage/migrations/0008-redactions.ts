import { type ColumnDefinitionBuilder, type Kysely, type Migration, sql } from "kysely"

/** What owners take out of shares that are stored already. Times are milliseconds since the epoch. */
export const redactions: Migration = {
  async up(db: Kysely<unknown>) {
    const count = (c: ColumnDefinitionBuilder) => c.notNull().defaultTo(0)
    for (const column of [
      // How many rules the share has, and the revision that the newest of them made.
      db.schema.alterTable("shares").addColumn("redactions", "integer", count),
      db.schema.alterTable("shares").addColumn("redacted_to", "integer", count),
      // So many of them have been through what is stored.
      db.schema.alterTable("shares").addColumn("plain_redactions", "integer", count),
      db.schema.alterTable("segments").addColumn("redactions", "integer", count),
    ]) {
      // SQLite adds one column a statement.
      await column.execute()
    }
    // Few shares are: those that are can be asked about each time.
    await db.schema
      .createIndex("shares_redacted")
      .on("shares")
      .column("share_id")
      .where(sql.ref("redactions"), ">", 0)
      .execute()

    await db.schema
      .createTable("redactions")
      .addColumn("share_id", "text", (c) => c.notNull().references("shares.share_id"))
      .addColumn("generation", "integer", (c) => c.notNull())
      // From 1, in the order that they came in.
      .addColumn("number", "integer", (c) => c.notNull())
      .addColumn("id", "text", (c) => c.notNull())
      // Sealed: it says what nobody is to see.
      .addColumn("rule", "text", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      // What has been found by it; and, of the newest rule that a rewriting went by, what that came to.
      .addColumn("occurrences", "integer", count)
      .addColumn("items", "integer", count)
      .addColumn("segments", "integer", count)
      .addColumn("objects", "integer", count)
      .addPrimaryKeyConstraint("redactions_key", ["share_id", "generation", "number"])
      .addUniqueConstraint("redactions_by_id", ["share_id", "generation", "id"])
      .execute()
  },
}
