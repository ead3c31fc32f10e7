import { Kysely, SqliteDialect } from "kysely"
import Libsql from "libsql"
import { prepareSchema } from "../migrations/migrations.ts"
import { createKyselyStore, type Database } from "./kysely-store.ts"
import type { Schema } from "./schema.ts"

export interface SqliteOptions {
  /** Path of the database file; made when missing. */
  file: string
  /** Whether to bring the schema up to date; otherwise a schema that is not is refused. */
  migrate: boolean
}

/** Metadata in one SQLite file, for a single process. A commit is on disk when it resolves (synchronous=FULL). */
export async function openSqliteStore({ file, migrate }: SqliteOptions): Promise<Database> {
  const db = openSqliteFile(file)
  try {
    await prepareSchema(db as Kysely<unknown>, { migrate })
  } catch (error) {
    await db.destroy()
    throw error
  }
  return createKyselyStore(db, { isRetryable, locksRows: false })
}

/** Brings the file's schema up to date. Resolves to the names of the migrations that it took. */
export async function migrateSqlite({ file }: Pick<SqliteOptions, "file">): Promise<string[]> {
  const db = openSqliteFile(file)
  try {
    return await prepareSchema(db as Kysely<unknown>, { migrate: true })
  } finally {
    await db.destroy()
  }
}

/** The file as it is, whatever its schema; made when missing. */
export function openSqliteFile(file: string): Kysely<Schema> {
  const database = new Libsql(file)
  database.pragma("journal_mode = WAL")
  database.pragma("synchronous = FULL")
  database.pragma("foreign_keys = ON")
  // What a revoked share's row said must not stay legible in the file's free pages.
  database.pragma("secure_delete = ON")
  return new Kysely<Schema>({ dialect: new SqliteDialect({ database }) })
}

/** Result codes of what passes by itself: https://www.sqlite.org/rescode.html */
const PASSING = /^SQLITE_(BUSY|LOCKED|IOERR|FULL|CANTOPEN)/

function isRetryable(error: unknown): boolean {
  const { code } = error as { code?: unknown }
  return typeof code === "string" && PASSING.test(code)
}
