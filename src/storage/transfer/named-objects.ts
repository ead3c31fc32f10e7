import { type Kysely, sql } from "kysely"
import type { ShareRow } from "../../shares/ports.ts"
import type { Schema } from "../meta/schema.ts"

/** Where a share's objects live. */
export interface Layout {
  objectPrefix(share: Pick<ShareRow, "id" | "generation">): string
  plainKey(share: Pick<ShareRow, "id" | "generation">): string
}

/** A share's row as far as its objects go. */
export interface NamingShare extends Pick<ShareRow, "id" | "generation"> {
  /** Whether it has a plain object; `maybe`, as whoever puts one tells nobody. */
  plain: "yes" | "maybe" | "no"
  plainVersion: string | null
  /** Whether it stands before a place or at it, in the database's order. */
  before: boolean
}

/** What a row says of a segment's object. */
export interface NamedObject {
  key: string
  bytes: number
  /** Lower-case hex; undefined where the name does not hold it. */
  sha256: string | undefined
}

const HASH_IN_NAME = /\.([0-9a-f]{64})\./

/** A page of shares, in the database's own order of ids; or the one of this id. */
export async function namingShares(
  db: Kysely<Schema>,
  { after = "", limit = 1, id, place = "" }: { after?: string; limit?: number; id?: string; place?: string },
): Promise<NamingShare[]> {
  const which = id === undefined ? sql`share_id > ${after}` : sql`share_id = ${id}`
  const { rows } = await sql<
    Pick<Schema["shares"], "share_id" | "generation" | "state" | "form" | "plain_until" | "plain_version"> & {
      before: number
    }
  >`
    select share_id, generation, state, form, plain_until, plain_version,
      case when share_id <= ${place} then 1 else 0 end as before
    from shares where ${which} order by share_id limit ${limit}`.execute(db)
  return rows.map((row) => ({
    id: row.share_id,
    generation: row.generation,
    plain: plainOf(row),
    plainVersion: row.plain_version,
    before: row.before === 1,
  }))
}

function plainOf({
  state,
  form,
  plain_until,
}: Pick<Schema["shares"], "state" | "form" | "plain_until">): NamingShare["plain"] {
  if (state !== "active" || form === "log") return "no"
  if (form === "plain") return "yes"
  return plain_until === null ? "no" : "maybe"
}

/** What merges have replaced is no longer read by anybody here, and so not among them. */
export async function namedObjects(db: Kysely<Schema>, shareID: string): Promise<NamedObject[]> {
  const rows = await db
    .selectFrom("segments")
    .select(["object_key", "bytes"])
    .where("share_id", "=", shareID)
    .orderBy("first_revision")
    .execute()
  return rows.map(({ object_key: key, bytes }) => ({ key, bytes, sha256: HASH_IN_NAME.exec(key)?.[1] }))
}

export async function countNamed(db: Kysely<Schema>): Promise<number> {
  const { rows } = await sql<{ count: number }>`
    select (select count(*) from segments) + (select count(*) from shares where form = 'plain') as count`.execute(
    db,
  )
  return rows[0]?.count ?? 0
}

/** Notes what the plain object is called where it is now, unless the row says another version than one of these. */
export async function nameVersion(
  db: Kysely<Schema>,
  { id, was, version }: { id: string; was: readonly string[]; version: string },
): Promise<void> {
  await db
    .updateTable("shares")
    .set({ plain_version: version })
    .where("share_id", "=", id)
    .where("plain_version", "in", was)
    .execute()
}
