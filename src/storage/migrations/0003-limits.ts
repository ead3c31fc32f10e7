import type { Kysely, Migration } from "kysely"

/** What is counted against limits, on PostgreSQL for all nodes. Keys hold hashes; times are milliseconds. */
export const limits: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable("limits")
      // Names and order as rate-limiter-flexible writes them.
      .addColumn("key", "text", (c) => c.primaryKey())
      .addColumn("points", "integer", (c) => c.notNull().defaultTo(0))
      .addColumn("expire", "bigint")
      .execute()
    await db.schema.createIndex("limits_by_expiry").on("limits").column("expire").execute()
  },
}
