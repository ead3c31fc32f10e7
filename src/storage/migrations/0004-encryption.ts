import type { Kysely, Migration } from "kysely"

/** Shares whose content only those with the link can read. */
export const encryption: Migration = {
  async up(db: Kysely<unknown>) {
    const alter = db.schema.alterTable("shares")
    // SQLite adds one column a statement.
    await alter.addColumn("encrypted", "integer", (c) => c.notNull().defaultTo(0)).execute()
    // What the share's client says of it as it is, sealed, in base64url.
    await alter.addColumn("head", "text").execute()
  },
}
