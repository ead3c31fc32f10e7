import type { Kysely, Migration } from "kysely"

/** Who may see a share, and for how long. Times are milliseconds since the epoch. */
export const access: Migration = {
  async up(db: Kysely<unknown>) {
    const alter = db.schema.alterTable("shares")
    for (const column of [
      alter.addColumn("visibility", "text", (c) => c.notNull().defaultTo("unlisted")),
      // As `stretch` made it.
      alter.addColumn("password", "text"),
      // +1 whenever who may see it, or how long, has changed.
      alter.addColumn("access", "integer", (c) => c.notNull().defaultTo(0)),
      alter.addColumn("expires_at", "bigint"),
      alter.addColumn("views", "integer", (c) => c.notNull().defaultTo(0)),
      alter.addColumn("first_viewed_at", "bigint"),
    ]) {
      // SQLite adds one column a statement.
      await column.execute()
    }
    await db.schema.createIndex("shares_by_expiry").on("shares").columns(["state", "expires_at"]).execute()
    await db.schema
      .createIndex("shares_by_visibility")
      .on("shares")
      .columns(["visibility", "created_at"])
      .execute()
  },
}
