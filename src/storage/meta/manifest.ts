import { type Insertable, type Kysely, sql, type Transaction } from "kysely"
import type { Commit, Excess, ManifestLimits, Merge, MetaStore, NewSegment } from "../../shares/ports.ts"
import type { Dialect } from "./dialect.ts"
import { bytesOfSegments, createQuotaCheck, type QuotaCheck } from "./quota-check.ts"
import { DUE } from "./redactions.ts"
import { fromMetadata, toSegment } from "./rows.ts"
import type { Schema } from "./schema.ts"
import { canWrite } from "./secrets.ts"

type ManifestQueries = Pick<
  MetaStore,
  | "commit"
  | "merge"
  | "quotaExcess"
  | "segments"
  | "knownSegments"
  | "liveObjects"
  | "superseded"
  | "forgetSuperseded"
>

/** The lists of segments, and what merges took out of them. */
export function createManifestQueries(db: Kysely<Schema>, dialect: Dialect): ManifestQueries {
  const check = createQuotaCheck()

  return {
    commit: (request) => db.transaction().execute((tx) => commit(tx, { ...request, dialect, check })),

    merge: (request) => db.transaction().execute((tx) => merge(tx, { ...request, dialect, check })),

    quotaExcess: (growth) => check.excess(db, growth),

    async segments(shareID, after = 0) {
      const rows = await db
        .selectFrom("segments")
        .selectAll()
        .where("share_id", "=", shareID)
        .where("last_revision", ">", after)
        .orderBy("first_revision")
        .execute()
      return rows.map(toSegment)
    },

    knownSegments: (shareID, ids) => known(db, { shareID, ids }),

    async liveObjects(shareID) {
      const rows = await db
        .selectFrom("segments")
        .select("object_key")
        .where("share_id", "=", shareID)
        .unionAll(db.selectFrom("superseded").select("object_key").where("share_id", "=", shareID))
        .execute()
      return new Set(rows.map((row) => row.object_key))
    },

    async superseded(before, limit, shareID) {
      const rows = await db
        .selectFrom("superseded")
        .selectAll()
        .where("since", "<", before)
        .$if(shareID !== undefined, (query) => query.where("share_id", "=", shareID ?? ""))
        .orderBy("since")
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        shareID: row.share_id,
        segmentID: row.segment_id,
        objectKey: row.object_key,
      }))
    },

    async forgetSuperseded({ shareID, segmentID }) {
      await db
        .deleteFrom("superseded")
        .where("share_id", "=", shareID)
        .where("segment_id", "=", segmentID)
        .execute()
    },
  }
}

/** What a change needs beside what it is. */
interface Means {
  dialect: Dialect
  check: QuotaCheck
}

/** Those that stand in the list, or did until they were replaced a moment ago. */
export async function known(
  db: Kysely<Schema>,
  { shareID, ids }: { shareID: string; ids: readonly string[] },
): Promise<string[]> {
  if (ids.length === 0) return []
  const of = (table: "segments" | "superseded") =>
    db
      .selectFrom(table)
      .select("segment_id")
      .where("share_id", "=", shareID)
      .where("segment_id", "in", [...ids])
  const rows = await of("segments").unionAll(of("superseded")).execute()
  return rows.map((row) => row.segment_id)
}

/**
 * The share's row, held until the transaction ends: whoever changes a manifest does it behind this, so that all of
 * one share queue here.
 */
async function hold(
  tx: Transaction<Schema>,
  { shareID, secretHash, dialect }: { shareID: string; secretHash: string | undefined; dialect: Dialect },
) {
  const share = await tx
    .selectFrom("shares")
    .select(["revision", "epoch", "form", "redactions", "creator"])
    .where("share_id", "=", shareID)
    .where("state", "=", "active")
    .$if(dialect.locksRows, (query) => query.forUpdate())
    .executeTakeFirst()
  if (!share) return undefined
  // A statement of its own: it sees what whoever held the row before has done.
  if (secretHash !== undefined && !(await canWrite(tx, { shareID, hash: secretHash }))) return undefined
  return share
}

async function commit(
  tx: Transaction<Schema>,
  request: Commit & Means,
): Promise<number | Excess | "moved" | undefined> {
  const { shareID, segments, secretHash, at, metadata, limits, quotas, sealed, redactions } = request
  const { dialect, check } = request
  const share = await hold(tx, { shareID, secretHash, dialect })
  if (!share || share.form === "plain") return undefined
  const taken = new Set(await known(tx, { shareID, ids: segments.map(({ id }) => id) }))
  // Also one that the caller names twice.
  const added = segments.filter(({ id }) => !taken.has(id) && taken.add(id))
  if (added.length === 0) return share.revision
  if (redactions !== undefined && redactions !== share.redactions) return "moved"
  if (sealed && (sealed.revision !== share.revision || sealed.epoch !== share.epoch)) return "moved"
  const excess = limits && (await excessOf(tx, { shareID, added, limits }))
  if (excess) return excess
  const bytes = added.reduce((sum, segment) => sum + segment.bytes, 0)
  const beyond = quotas && (await check.excess(tx, { creator: share.creator ?? "", bytes, quotas, at }))
  if (beyond) return beyond
  check.grown(bytes)
  const revision = share.revision + added.length
  await tx
    .updateTable("shares")
    .set((eb) => ({
      revision,
      form: "log",
      updated_at: at,
      sync_count: eb("sync_count", "+", 1),
      // Summed up each time, so that it is true whatever a node of an earlier version has left here.
      stored_bytes: sql<number>`${bytesOfSegments(shareID)} + ${bytes}`,
      ...(metadata && fromMetadata(metadata)),
      ...(sealed && { head: sealed.head }),
    }))
    .where("share_id", "=", shareID)
    .execute()
  const rows = added.map((segment, i) => {
    const own = share.revision + 1 + i
    return toRow(segment, { shareID, firstRevision: own, lastRevision: own })
  })
  await tx.insertInto("segments").values(rows).execute()
  if (share.form === null) {
    await tx
      .deleteFrom("share_secrets")
      .where("share_id", "=", shareID)
      .where("scope", "=", "write")
      .where("hash", "!=", secretHash)
      .execute()
  }
  return revision
}

async function merge(
  tx: Transaction<Schema>,
  {
    shareID,
    replaces,
    epoch,
    segment,
    secretHash,
    at,
    limits,
    quotas,
    sealed,
    redactions,
    dialect,
    check,
  }: Merge & Means,
): Promise<boolean | Excess> {
  const share = await hold(tx, { shareID, secretHash, dialect })
  if (share?.epoch !== epoch) return false
  if (redactions !== undefined && redactions !== share.redactions) return false
  if (sealed && (sealed.revision !== share.revision || sealed.epoch !== epoch)) return false
  if ((await known(tx, { shareID, ids: [segment.id] })).length > 0) return false
  const manifest = await tx
    .selectFrom("segments")
    .select(["segment_id", "object_key", "first_revision", "last_revision", "bytes", "content_bytes"])
    .where("share_id", "=", shareID)
    .orderBy("first_revision")
    .execute()
  const from = manifest.findIndex((row) => row.segment_id === replaces[0])
  const replaced = from < 0 ? [] : manifest.slice(from, from + replaces.length)
  const [first, last] = [replaced[0], replaced.at(-1)]
  if (!first || !last || replaces.some((id, i) => replaced[i]?.segment_id !== id)) return false
  const growth = segment.contentBytes - sumOf(replaced)
  if (limits && growth > 0 && sumOf(manifest) + growth > limits.contentBytes) return "too_large"
  // What is beyond a quota already may be merged to less.
  const bytes = segment.bytes - replaced.reduce((sum, row) => sum + row.bytes, 0)
  const beyond =
    quotas && bytes > 0 && (await check.excess(tx, { creator: share.creator ?? "", bytes, quotas, at }))
  if (beyond) return beyond
  check.grown(bytes)
  await tx
    .deleteFrom("segments")
    .where("share_id", "=", shareID)
    .where("segment_id", "in", [...replaces])
    .execute()
  const place = { shareID, firstRevision: first.first_revision, lastRevision: last.last_revision }
  await tx.insertInto("segments").values(toRow(segment, place)).execute()
  await tx
    .insertInto("superseded")
    .values(
      replaced.map((row) => ({
        share_id: shareID,
        segment_id: row.segment_id,
        object_key: row.object_key,
        // What was taken out of the share is in them for nobody any more.
        since: share.redactions > 0 ? DUE : at,
      })),
    )
    .execute()
  await tx
    .updateTable("shares")
    .set({ epoch: epoch + 1, stored_bytes: bytesOfSegments(shareID), ...(sealed && { head: sealed.head }) })
    .where("share_id", "=", shareID)
    .execute()
  return true
}

async function excessOf(
  tx: Transaction<Schema>,
  change: { shareID: string; added: readonly NewSegment[]; limits: ManifestLimits },
): Promise<Excess | undefined> {
  const { shareID, added, limits } = change
  const manifest = await tx
    .selectFrom("segments")
    .select("content_bytes")
    .where("share_id", "=", shareID)
    .execute()
  const content = added.reduce((sum, { contentBytes }) => sum + contentBytes, sumOf(manifest))
  if (content > limits.contentBytes) return "too_large"
  return manifest.length + added.length > limits.segments ? "too_many" : undefined
}

function sumOf(rows: readonly { content_bytes: number }[]): number {
  return rows.reduce((sum, row) => sum + row.content_bytes, 0)
}

function toRow(
  segment: NewSegment,
  place: { shareID: string; firstRevision: number; lastRevision: number },
): Insertable<Schema["segments"]> {
  return {
    share_id: place.shareID,
    first_revision: place.firstRevision,
    last_revision: place.lastRevision,
    segment_id: segment.id,
    object_key: segment.objectKey,
    items: segment.items,
    bytes: segment.bytes,
    content_bytes: segment.contentBytes,
    created_at: segment.createdAt,
    redactions: segment.redactions ?? 0,
  }
}
