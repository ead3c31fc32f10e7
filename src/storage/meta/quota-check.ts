import { type Kysely, sql } from "kysely"
import type { QuotaExcess, StoredGrowth } from "../../shares/ports.ts"
import type { Schema } from "./schema.ts"

/** Whether what is stored has room for more. A transaction is a database too. */
export interface QuotaCheck {
  excess(db: Kysely<Schema>, growth: StoredGrowth): Promise<QuotaExcess | undefined>
  /** To be told of what was taken in. Bytes. */
  grown(bytes: number): void
}

/**
 * To sum up a whole instance takes longer than a commit. So the sum is asked for every ten seconds only, own growth is
 * added meanwhile, and nothing is refused by it before it has been asked for again. What other nodes take in between
 * may go beyond the quota.
 */
const ESTIMATE_MS = 10_000

export function createQuotaCheck(): QuotaCheck {
  let total: { bytes: number; at: number } | undefined

  async function hasRoom(
    db: Kysely<Schema>,
    { bytes, at }: Pick<StoredGrowth, "bytes" | "at">,
    limit: number,
  ): Promise<boolean> {
    const age = total === undefined ? -1 : at - total.at
    // A clock may be set back.
    const isRecent = age >= 0 && age < ESTIMATE_MS
    if (total && isRecent && total.bytes + bytes <= limit) return true
    total = { bytes: await sumOf(db), at }
    return total.bytes + bytes <= limit
  }

  return {
    async excess(db, { creator, bytes, quotas, at }) {
      const { ownerBytes, totalBytes } = quotas
      if (ownerBytes > 0 && (await sumOf(db, creator)) + bytes > ownerBytes) return "owner_quota"
      if (totalBytes > 0 && !(await hasRoom(db, { bytes, at }, totalBytes))) return "total_quota"
      return undefined
    },
    grown(bytes) {
      if (total) total.bytes += bytes
    },
  }
}

/** Of one creator's active shares, or of all. */
async function sumOf(db: Kysely<Schema>, creator?: string): Promise<number> {
  const row = await db
    .selectFrom("shares")
    // PostgreSQL sums bigints up to a numeric, which would arrive as text.
    .select(sql<number>`cast(coalesce(sum(stored_bytes), 0) as bigint)`.as("bytes"))
    .where("state", "=", "active")
    .$if(creator !== undefined, (query) => query.where("creator", "=", creator ?? ""))
    .executeTakeFirstOrThrow()
  return row.bytes
}

/** What a share's segments come to, as a part of a statement. */
export function bytesOfSegments(shareID: string) {
  return sql<number>`(select coalesce(sum(bytes), 0) from segments where share_id = ${shareID})`
}
