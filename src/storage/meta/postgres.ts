import { Kysely, PostgresDialect, sql, type Transaction } from "kysely"
import pg from "pg"
import type { Log, ShareNews } from "../../shares/ports.ts"
import { prepareSchema } from "../migrations/migrations.ts"
import { encodeNews, NEWS_CHANNEL } from "../notifier/news-channel.ts"
import { connectionConfig, unusable } from "../postgres/connection.ts"
import { openPool } from "../postgres/pool.ts"
import { isRetryable } from "../postgres/retryable.ts"
import { createKyselyStore, type Database } from "./kysely-store.ts"
import type { Schema } from "./schema.ts"

export interface PostgresOptions {
  /** `postgres://user:password@host:port/database?sslmode=…`. */
  url: string
  /** Whether to bring the schema up to date; otherwise a schema that is not is refused. */
  migrate: boolean
  /** Connections at most; 10 unless told. */
  poolSize?: number
  log: Pick<Log, "warn">
}

const OLDEST_VERSION = 14

/** Metadata in PostgreSQL, for any number of processes. Throws a sentence for the operator when it cannot be used. */
export async function openPostgresStore({ url, migrate, poolSize, log }: PostgresOptions): Promise<Database> {
  await withDatabase(url, (db) => prepareSchema(db, { migrate }))
  const pool = openPool({ url, log, ...(poolSize === undefined ? {} : { size: poolSize }) })
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool }) })
  const poolUse = () => ({ open: pool.totalCount, idle: pool.idleCount, waiting: pool.waitingCount })
  return createKyselyStore(db, { isRetryable, locksRows: true, announce, poolUse })
}

/** Brings the schema up to date. Resolves to the names of the migrations that it took. */
export function migratePostgres({ url }: Pick<PostgresOptions, "url">): Promise<string[]> {
  return withDatabase(url, (db) => prepareSchema(db, { migrate: true }))
}

/**
 * A connection without limits of time: a migration may take long, and while another process migrates, this one
 * waits silently for its lock.
 */
async function withDatabase<T>(url: string, use: (db: Kysely<unknown>) => Promise<T>): Promise<T> {
  const pool = new pg.Pool({ ...connectionConfig({ url, name: "better-share migrate" }), max: 1 })
  pool.on("error", () => {})
  pool.on("connect", (client) => client.on("error", () => {}))
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    await requireVersion(db).catch((cause) => {
      throw unusable(url, cause)
    })
    return await use(db)
  } finally {
    await db.destroy()
  }
}

async function requireVersion(db: Kysely<unknown>): Promise<void> {
  const { rows } = await sql<{
    version: string
  }>`select current_setting('server_version') as version`.execute(db)
  const version = rows[0]?.version ?? ""
  if (Number.parseInt(version, 10) < OLDEST_VERSION) {
    throw new Error(`it is version ${version}, and Better Share needs ${OLDEST_VERSION} or newer`)
  }
}

/** Told by the transaction itself: a crash behind its commit cannot keep it from the other nodes. */
async function announce(tx: Transaction<Schema>, news: readonly ShareNews[]): Promise<void> {
  for (const each of news) await sql`select pg_notify(${NEWS_CHANNEL}, ${encodeNews(each)})`.execute(tx)
}
