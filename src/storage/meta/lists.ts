import { type Expression, type ExpressionBuilder, type Kysely, type SqlBool, sql } from "kysely"
import type { ListPlace, MetaStore } from "../../shares/ports.ts"
import { toShare } from "./rows.ts"
import type { Schema } from "./schema.ts"

type Rows = ExpressionBuilder<Schema, "shares">

/** Lists of shares, in pages: the newest first. */
export function createListQueries(db: Kysely<Schema>): Pick<MetaStore, "listPublic" | "listOwned"> {
  /** Active shares whose time is not over. */
  const page = (query: { before: ListPlace | undefined; now: number; limit: number }) =>
    db
      .selectFrom("shares")
      .selectAll()
      .where("state", "=", "active")
      .where((eb) => eb.or([eb("expires_at", "is", null), eb("expires_at", ">", query.now)]))
      .where((eb) => isBehind(eb, query.before))
      .orderBy("created_at", "desc")
      .orderBy("share_id", "desc")
      .limit(query.limit)

  return {
    async listPublic({ words, ...query }) {
      const rows = await page(query)
        .where("visibility", "=", "public")
        // What has no content yet has nothing to show.
        .where("form", "is not", null)
        .$if(words !== undefined, (found) => found.where((eb) => hasWords(eb, words ?? "")))
        .execute()
      return rows.map(toShare)
    },

    async listOwned({ creators, shares, ...query }) {
      if (creators.length === 0 && shares.length === 0) return []
      const rows = await page(query)
        .where((eb) =>
          eb.or([
            ...(creators.length > 0 ? [eb("creator", "in", [...creators])] : []),
            ...shares.map(({ shareID, generation }) =>
              eb.and([eb("share_id", "=", shareID), eb("generation", "=", generation)]),
            ),
          ]),
        )
        .execute()
      return rows.map(toShare)
    },
  }
}

function isBehind(eb: Rows, place: ListPlace | undefined): Expression<SqlBool> {
  if (place === undefined) return eb.lit(true)
  return eb.or([
    eb("created_at", "<", place.createdAt),
    eb.and([eb("created_at", "=", place.createdAt), eb("share_id", "<", place.id)]),
  ])
}

/** All of the words, in any order, whatever their case (SQLite knows that of ASCII letters only). */
function hasWords(eb: Rows, words: string): Expression<SqlBool> {
  const patterns = words
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== "")
    .map((word) => `%${word.replace(/[\\%_]/g, "\\$&")}%`)
  return eb.and(
    patterns.map((pattern) => sql<SqlBool>`lower(${eb.ref("title")}) like ${pattern} escape '\\'`),
  )
}
