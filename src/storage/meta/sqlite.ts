import { Kysely, SqliteDialect } from "kysely"
import Database from "libsql"
import type { MetaStore } from "../../shares/ports.ts"
import { migrate } from "../migrations/migrations.ts"
import { createKyselyStore } from "./kysely-store.ts"
import type { Schema } from "./schema.ts"

export interface SqliteOptions {
  /** Path of the database file; made when missing. */
  file: string
}

/** Metadata in one SQLite file, for a single process. A commit is on disk when it resolves (synchronous=FULL). */
export async function openSqliteStore({ file }: SqliteOptions): Promise<MetaStore> {
  const database = new Database(file)
  database.pragma("journal_mode = WAL")
  database.pragma("synchronous = FULL")
  database.pragma("foreign_keys = ON")
  // What a revoked share's row said must not stay legible in the file's free pages.
  database.pragma("secure_delete = ON")
  const db = new Kysely<Schema>({ dialect: new SqliteDialect({ database }) })
  await migrate(db as Kysely<unknown>)
  return createKyselyStore(db)
}
