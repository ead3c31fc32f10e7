import { type Kysely, sql } from "kysely"
import type { Schema } from "../meta/schema.ts"
import type { OpenDatabase } from "./database.ts"
import { MARK } from "./mark.ts"
import { AUDIT, SHARE_TABLES, TABLES, type Table } from "./tables.ts"

type Row = Record<string, string | number | null>

/** Rows that are held at a time. SQLite takes 32,766 values a statement, and a share's row has some forty. */
const PAGE = 200

export interface CopyRows {
  from: OpenDatabase
  to: OpenDatabase
  signal: AbortSignal | undefined
  onProgress(progress: { done: number; total: number }): void
}

/** Numbers that any change of any share moves: two that are equal say that nothing was written in between. */
export type Fingerprint = string

/**
 * Puts all rows of one database, as they are at one moment, in the place of those that an earlier attempt left in the other.
 * The source may be written to meanwhile: what is read is one snapshot. Resolves to what that snapshot was like.
 */
export async function copyRows({
  from,
  to,
  signal,
  onProgress,
}: CopyRows): Promise<{ rows: number; fingerprint: Fingerprint }> {
  await clear(to.db)
  return inSnapshot(from, async (source) => {
    let total = 0
    for (const { name } of TABLES) total += await countRows(source, name)
    let rows = 0
    onProgress({ done: rows, total })
    for (const table of TABLES) {
      for await (const page of pagesOf(source, table)) {
        signal?.throwIfAborted()
        await insert(to.db, table, page)
        rows += page.length
        onProgress({ done: rows, total })
      }
    }
    await continueAudit(to)
    return { rows, fingerprint: await fingerprint(source) }
  })
}

/**
 * Puts one share's rows, as they are now, in the place of those that it has in the other database, with what the audit says
 * of it since.
 */
export async function copyShare(shareID: string, { from, to }: Pick<CopyRows, "from" | "to">): Promise<void> {
  await inSnapshot(from, async (source) => {
    await to.db.transaction().execute(async (tx) => {
      for (const { name } of SHARE_TABLES.toReversed()) {
        await tx.deleteFrom(name).where("share_id", "=", shareID).execute()
      }
      for (const table of [...SHARE_TABLES, AUDIT]) {
        for await (const page of pagesOf(source, table, shareID)) await insert(tx, table, page)
      }
    })
  })
  await continueAudit(to)
}

/** What a source is like now, to be held against what it was like when its rows were read. */
export async function fingerprint(db: Kysely<Schema>): Promise<Fingerprint> {
  const { rows } = await sql<Row>`
    select count(*) as shares, sum(revision) as revisions, sum(epoch) as epochs, sum(access) as accesses,
      sum(generation) as generations, max(updated_at) as updated, max(tickets_until) as tickets,
      (select count(*) from share_secrets) as secrets, (select max(id) from audit) as entries
    from shares`.execute(db)
  return Object.values(rows[0] ?? {}).join(" ")
}

function inSnapshot<T>({ db, kind }: OpenDatabase, work: (source: Kysely<Schema>) => Promise<T>): Promise<T> {
  const transaction = db.transaction()
  // SQLite's transactions see one moment by themselves.
  if (kind === "sqlite") return transaction.execute(work)
  return transaction.setIsolationLevel("repeatable read").setAccessMode("read only").execute(work)
}

async function clear(db: Kysely<Schema>): Promise<void> {
  for (const { name } of TABLES.toReversed()) {
    if (name === AUDIT.name) continue
    const but = name === "instance" ? sql`where name <> ${MARK}` : sql``
    await sql`delete from ${sql.table(name)} ${but}`.execute(db)
  }
}

async function countRows(db: Kysely<Schema>, name: string): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from ${sql.table(name)}`.execute(db)
  return rows[0]?.count ?? 0
}

async function* pagesOf(db: Kysely<Schema>, { name, key }: Table, shareID?: string): AsyncIterable<Row[]> {
  const columns = sql.join(key.map((column) => sql.ref(column)))
  const mine = shareID === undefined ? sql`1 = 1` : sql`share_id = ${shareID}`
  let last: Row | undefined
  do {
    const place = last
    const behind = place ? sql`(${columns}) > (${sql.join(key.map((column) => place[column]))})` : sql`1 = 1`
    const { rows } = await sql<Row>`
      select * from ${sql.table(name)} where ${mine} and ${behind} order by ${columns} limit ${PAGE}`.execute(
      db,
    )
    // A mark is its own database's: here it may be of a bucket that was once begun to be filled.
    const page = name === "instance" ? rows.filter((row) => row.name !== MARK) : rows
    if (page.length > 0) yield page.map(toPortable)
    last = rows.length === PAGE ? rows.at(-1) : undefined
  } while (last)
}

async function insert(db: Kysely<Schema>, { name }: Table, rows: readonly Row[]): Promise<void> {
  await db
    .insertInto(name as "instance")
    .values(rows as never)
    .$if(name === AUDIT.name, (query) => query.onConflict((conflict) => conflict.doNothing()))
    .execute()
}

/** PostgreSQL takes no NUL, which SQLite may have of something that an earlier version wrote. */
function toPortable(row: Row): Row {
  const entries = Object.entries(row).map(([name, value]) => [
    name,
    typeof value === "string" ? value.replaceAll("\0", "") : value,
  ])
  return Object.fromEntries(entries)
}

/** Entries come with their ids; what is recorded next must go on behind them. SQLite does so by itself. */
async function continueAudit({ db, kind }: OpenDatabase): Promise<void> {
  if (kind === "sqlite") return
  await sql`select setval(pg_get_serial_sequence('audit', 'id'), (select max(id) from audit))
    where exists (select 1 from audit)`.execute(db)
}
