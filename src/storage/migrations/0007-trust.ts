import { type Kysely, type Migration, PostgresAdapter, sql } from "kysely"

/**
 * Who may do what, and a record of it: what the instance keeps of itself, browser sessions, tokens, blocks, the audit.
 * Times are milliseconds since the epoch.
 */
export const trust: Migration = {
  async up(db: Kysely<unknown>) {
    await db.schema
      .createTable("instance")
      .addColumn("name", "text", (c) => c.primaryKey())
      .addColumn("value", "text", (c) => c.notNull())
      .execute()

    // Both under the hash of what their browser or link holds.
    await db.schema
      .createTable("browser_sessions")
      .addColumn("hash", "text", (c) => c.primaryKey())
      .addColumn("kind", "text", (c) => c.notNull())
      // JSON.
      .addColumn("subject", "text", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .execute()
    await db.schema
      .createTable("entries")
      .addColumn("hash", "text", (c) => c.primaryKey())
      .addColumn("kind", "text", (c) => c.notNull())
      .addColumn("subject", "text", (c) => c.notNull())
      .addColumn("expires_at", "bigint", (c) => c.notNull())
      .execute()

    await createAudit(db)

    await db.schema
      .createTable("create_tokens")
      .addColumn("id", "text", (c) => c.primaryKey())
      .addColumn("name", "text", (c) => c.notNull().unique())
      .addColumn("hash", "text", (c) => c.notNull().unique())
      // What its shares have as their creator.
      .addColumn("creator", "text", (c) => c.notNull())
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addColumn("revoked_at", "bigint")
      .addColumn("last_used_at", "bigint")
      .execute()

    await db.schema
      .createTable("blocks")
      .addColumn("kind", "text", (c) => c.notNull())
      .addColumn("value", "text", (c) => c.notNull())
      .addColumn("reason", "text")
      .addColumn("created_at", "bigint", (c) => c.notNull())
      .addPrimaryKeyConstraint("blocks_key", ["kind", "value"])
      .execute()

    // SQLite adds one column a statement.
    for (const column of ["token_id", "revoked_reason"]) {
      await db.schema.alterTable("shares").addColumn(column, "text").execute()
    }
  },
}

/** Entries are added and never changed, nor by us; the database itself refuses it. */
async function createAudit(db: Kysely<unknown>): Promise<void> {
  const postgres = db.getExecutor().adapter instanceof PostgresAdapter
  await db.schema
    .createTable("audit")
    // Never given twice: what is sent on goes by it.
    .addColumn("id", postgres ? "bigserial" : "integer", (c) =>
      postgres ? c.primaryKey() : c.primaryKey().autoIncrement(),
    )
    .addColumn("at", "bigint", (c) => c.notNull())
    .addColumn("event", "text", (c) => c.notNull())
    .addColumn("share_id", "text")
    .addColumn("actor", "text", (c) => c.notNull())
    .addColumn("address", "text")
    .addColumn("request_id", "text")
    // JSON.
    .addColumn("details", "text")
    .execute()
  await db.schema.createIndex("audit_by_time").on("audit").columns(["at", "id"]).execute()
  await db.schema.createIndex("audit_by_share").on("audit").columns(["share_id", "id"]).execute()

  const refusal = sql.lit("the audit is append-only")
  if (postgres) {
    await sql`create function refuse_audit_change() returns trigger language plpgsql as $$
      begin raise exception ${refusal}; end $$`.execute(db)
    await sql`create trigger audit_append_only before update or delete or truncate on audit
      for each statement execute function refuse_audit_change()`.execute(db)
  } else {
    for (const change of ["update", "delete"]) {
      await sql`create trigger ${sql.ref(`audit_no_${change}`)} before ${sql.raw(change)} on audit
        begin select raise(abort, ${refusal}); end`.execute(db)
    }
  }

  // What is still to be told to the operator's webhook. Not a place in the audit that it goes by: entries of
  // transactions that run side by side can become visible in another order than that of their ids.
  await db.schema
    .createTable("audit_outbox")
    .addColumn("audit_id", "bigint", (c) => c.primaryKey())
    .execute()
}
