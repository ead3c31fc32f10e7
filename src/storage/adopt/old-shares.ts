import { readFile } from "node:fs/promises"
import { Kysely, PostgresDialect, SqliteDialect, sql } from "kysely"
import Libsql from "libsql"
import pg from "pg"
import * as z from "zod/mini"
import { connectionConfig, unusable } from "../postgres/connection.ts"
import { parseCsv } from "./csv.ts"

/** Where the rows of an old server are: a table, or what was exported of one, with a first line of names. */
export type OldPlace = { url: string; table: string } | { file: string; table: string } | { csv: string }

/** As an old row says it. */
export interface OldRow {
  id: string
  sessionID: string
  secret: string
  /** Milliseconds since the epoch. */
  createdAt: number
}

const row = z.object({
  share_id: z.string(),
  session_id: z.string(),
  secret: z.string(),
  created_at: z.union([z.date(), z.number(), z.string()]),
})

const PAGE = 500

/**
 * The rows of `shares(share_id, session_id, secret, created_at)`, by id. Nothing is written there. Throws a sentence for the
 * operator when there is no such table, or a row is no such row.
 */
export async function* readOldShares(place: OldPlace): AsyncIterable<OldRow> {
  if ("csv" in place) {
    const found = parseCsv(await readFile(place.csv, "utf8"))
    for (const [i, record] of found.entries()) yield toOldRow(record, `Line ${i + 2} of ${place.csv}`)
    return
  }
  const db = "url" in place ? openPostgres(place.url) : openSqlite(place.file)
  try {
    for await (const record of pagesOf(db, place.table)) yield toOldRow(record, `A row of ${place.table}`)
  } catch (error) {
    throw "url" in place && !(error instanceof NoOldShare) ? unusable(place.url, error) : error
  } finally {
    await db.destroy()
  }
}

async function* pagesOf(db: Kysely<unknown>, table: string): AsyncIterable<unknown> {
  if (!/^\w+(\.\w+)?$/.test(table)) throw new NoOldShare(`${JSON.stringify(table)} is no name of a table.`)
  for (let last: string | undefined = ""; last !== undefined; ) {
    const { rows }: { rows: { share_id: string }[] } = await sql<{ share_id: string }>`
      select cast(share_id as text) as share_id, cast(session_id as text) as session_id,
        cast(secret as text) as secret, created_at
      from ${sql.table(table)} where cast(share_id as text) > ${last} order by 1 limit ${PAGE}`.execute(db)
    yield* rows
    last = rows.length === PAGE ? rows.at(-1)?.share_id : undefined
  }
}

class NoOldShare extends Error {}

/** Never quoted: a row holds a secret. */
function toOldRow(value: unknown, where: string): OldRow {
  const parsed = row.safeParse(value)
  if (!parsed.success) {
    const names = parsed.error.issues.map(({ path }) => path.join("."))
    throw new NoOldShare(
      `${where} has no ${names.join(", ")}, or not as it must be: each row has share_id, session_id, secret and created_at, and of a CSV the first line names them.`,
    )
  }
  const { share_id: id, session_id: sessionID, secret, created_at } = parsed.data
  return { id, sessionID, secret, createdAt: toTime(created_at) }
}

/** Numbers below this are seconds: as milliseconds they would be of 1973. */
const FIRST_MS = 100_000_000_000

/** NaN for what is no time. Without a zone it is UTC. */
function toTime(value: Date | number | string): number {
  if (value instanceof Date) return value.getTime()
  const number = Number(value)
  if (Number.isFinite(number) && value !== "") return Math.round(number < FIRST_MS ? number * 1000 : number)
  const [, day, time = "00:00:00", zone = "Z"] =
    /^(\d{4}-\d\d-\d\d)(?:[T ]([\d:.]+))?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(String(value).trim()) ?? []
  return Date.parse(`${day}T${time}${/^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone}`)
}

function openPostgres(url: string): Kysely<unknown> {
  const pool = new pg.Pool({ ...connectionConfig({ url, name: "better-share adopt" }), max: 1 })
  pool.on("error", () => {})
  pool.on("connect", (client) => client.on("error", () => {}))
  return new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
}

function openSqlite(file: string): Kysely<unknown> {
  const database = new Libsql(file, { fileMustExist: true } as ConstructorParameters<typeof Libsql>[1])
  return new Kysely<unknown>({ dialect: new SqliteDialect({ database }) })
}
