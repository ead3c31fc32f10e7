import { access, mkdir } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { Kysely, PostgresDialect } from "kysely"
import pg from "pg"
import type { Schema } from "../meta/schema.ts"
import { openSqliteFile } from "../meta/sqlite.ts"
import { prepareSchema } from "../migrations/migrations.ts"
import { connectionConfig, describeDatabase, unusable } from "../postgres/connection.ts"
import { TYPES } from "../postgres/pool.ts"

/** Shown in pg_stat_activity, beside the servers' own names. */
const NAME = "better-share transfer"

export type DatabasePlace = { url: string } | { file: string }

/** Where it is, without a secret: of one place always the same. */
export function nameDatabase(place: DatabasePlace): string {
  return "url" in place ? `PostgreSQL at ${describeDatabase(place.url)}` : `SQLite at ${resolve(place.file)}`
}

/** A whole database, for whoever carries its rows to another. */
export interface OpenDatabase {
  name: string
  kind: "sqlite" | "postgres"
  db: Kysely<Schema>
  close(): Promise<void>
}

/**
 * Opens a database without the limits of time that a server's connections have: a snapshot may be read for minutes. Without
 * `migrate` it must be there and of this version. Throws a sentence for the operator.
 */
export async function openDatabase(
  place: DatabasePlace,
  { migrate }: { migrate: boolean },
): Promise<OpenDatabase> {
  const database = "url" in place ? openPostgres(place.url) : await openFile(place.file, migrate)
  try {
    await prepareSchema(database.db as Kysely<unknown>, { migrate }).catch((cause: unknown) => {
      throw "url" in place ? unusable(place.url, cause) : cause
    })
  } catch (error) {
    await database.close()
    throw error
  }
  return database
}

async function openFile(file: string, make: boolean): Promise<OpenDatabase> {
  if (!make) {
    await access(file).catch((cause) => {
      throw new Error(`There is no database at ${file}.`, { cause })
    })
  }
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const db = openSqliteFile(file)
  return { name: nameDatabase({ file }), kind: "sqlite", db, close: () => db.destroy() }
}

function openPostgres(url: string): OpenDatabase {
  const pool = new pg.Pool({ ...connectionConfig({ url, name: NAME }), max: 4, types: TYPES })
  // Unheard, either event would end the process; the statement under way fails by itself.
  pool.on("error", () => {})
  pool.on("connect", (client) => client.on("error", () => {}))
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  return { name: nameDatabase({ url }), kind: "postgres", db, close: () => db.destroy() }
}
