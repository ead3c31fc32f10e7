import { type Kysely, type Migration, sql } from "kysely"

/** What each share comes to in the store, so that an owner's and the instance's can be summed up. */
export const quotas: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .alterTable("shares")
      .addColumn("stored_bytes", "bigint", (c) => c.notNull().defaultTo(0))
      .execute()
    await sql`
      update shares set stored_bytes = coalesce(plain_bytes, 0)
        + (select coalesce(sum(bytes), 0) from segments where segments.share_id = shares.share_id)
      where state = 'active'
    `.execute(db)
    // Without the bytes: an index over what every commit changes would make each of them dearer.
    await db.schema
      .createIndex("shares_by_creator")
      .on("shares")
      .column("creator")
      .where(sql.ref("state"), "=", sql.lit("active"))
      .execute()
  },
}
