import type { Kysely, Transaction } from "kysely"
import type { RedactionStore, SegmentRewrite, Tally } from "../../shares/ports.ts"
import type { AuditWriter, WriteAudit } from "../trust/audit-writer.ts"
import type { Dialect } from "./dialect.ts"
import { bytesOfSegments } from "./quota-check.ts"
import { toRedaction, toShare, toText } from "./rows.ts"
import type { Schema } from "./schema.ts"
import { canWrite } from "./secrets.ts"

/** Replaced objects that hold what was taken out are due at once. */
export const DUE = 0

type ShareID = Pick<SegmentRewrite, "shareID" | "generation">

/** Owners' rules, and how far they have been through what is stored. */
export function createRedactionQueries(
  db: Kysely<Schema>,
  { dialect, audit }: { dialect: Dialect; audit: AuditWriter },
): Omit<RedactionStore, "redactSealed"> {
  return {
    addRedactions: (request) => audit.transaction((tx, write) => add(tx, { ...request, write, dialect })),

    async redactions(shareID, generation) {
      const rows = await db
        .selectFrom("redactions")
        .selectAll()
        .where("share_id", "=", shareID)
        .where("generation", "=", generation)
        .orderBy("number")
        .execute()
      return rows.map(toRedaction)
    },

    redactSegment: (rewrite) => db.transaction().execute((tx) => redactSegment(tx, { ...rewrite, dialect })),

    redactPlain: ({ version, by, tally, ...named }) =>
      db.transaction().execute(async (tx) => {
        const { shareID, redactions } = named
        if (!(await hold(tx, { ...named, dialect }))) return false
        const row = await tx
          .updateTable("shares")
          .set({
            plain_redactions: redactions,
            ...(by && { plain_version: by.version, plain_bytes: by.bytes, stored_bytes: by.bytes }),
          })
          .where("share_id", "=", shareID)
          .where("plain_version", "=", version)
          .returning("share_id")
          .executeTakeFirst()
        if (row) await note(tx, named, tally)
        return row !== undefined
      }),

    async unredacted(shareID) {
      const rows = await db
        .selectFrom("shares")
        .select("share_id")
        .where("redactions", ">", 0)
        .where("state", "=", "active")
        .$if(shareID !== undefined, (query) => query.where("share_id", "=", shareID ?? ""))
        .where((eb) =>
          eb.or([
            eb.and([
              eb("plain_version", "is not", null),
              eb("plain_redactions", "<", eb.ref("shares.redactions")),
            ]),
            eb.exists(
              eb
                .selectFrom("segments")
                .select("segment_id")
                .whereRef("segments.share_id", "=", "shares.share_id")
                .whereRef("segments.redactions", "<", "shares.redactions"),
            ),
            eb.exists(
              eb
                .selectFrom("superseded")
                .select("segment_id")
                .whereRef("superseded.share_id", "=", "shares.share_id")
                .where("since", "=", DUE),
            ),
          ]),
        )
        .orderBy("share_id")
        .execute()
      return rows.map((row) => row.share_id)
    },
  }
}

/** The share's row, held until the transaction ends, as whoever changes a manifest holds it. */
export function hold(
  tx: Transaction<Schema>,
  { shareID, generation, dialect }: ShareID & { dialect: Dialect },
) {
  return tx
    .selectFrom("shares")
    .selectAll()
    .where("share_id", "=", shareID)
    .where("generation", "=", generation)
    .where("state", "=", "active")
    .$if(dialect.locksRows, (query) => query.forUpdate())
    .executeTakeFirst()
}

async function add(
  tx: Transaction<Schema>,
  request: Parameters<RedactionStore["addRedactions"]>[0] & { dialect: Dialect; write: WriteAudit },
): ReturnType<RedactionStore["addRedactions"]> {
  const { shareID, generation, secretHash, rules, most, at, redact, audit, write, dialect } = request
  const share = await hold(tx, request)
  if (!share || (share.expires_at !== null && share.expires_at <= at)) return undefined
  // A statement of its own: it sees what whoever held the row before has done.
  if (secretHash !== undefined && !(await canWrite(tx, { shareID, hash: secretHash }))) return undefined
  const ids = rules.map(({ id }) => id)
  const known = await tx
    .selectFrom("redactions")
    .select("id")
    .where("share_id", "=", shareID)
    .where("generation", "=", generation)
    .where("id", "in", ids)
    .execute()
  const taken = new Set(known.map(({ id }) => id))
  // Also one that the caller names twice.
  const added = rules.filter(({ id }) => !taken.has(id) && taken.add(id))
  if (added.length === 0) return toShare(share)
  if (share.redactions + added.length > most) return "too_many"
  const due = await tx
    .updateTable("superseded")
    .set({ since: DUE })
    .where("share_id", "=", shareID)
    .where("since", "!=", DUE)
    .returning("segment_id")
    .execute()
  const newest = added.length - 1
  await tx
    .insertInto("redactions")
    .values(
      added.map(({ id, rule }, i) => ({
        share_id: shareID,
        generation,
        number: share.redactions + 1 + i,
        id,
        rule,
        created_at: at,
        occurrences: 0,
        items: 0,
        segments: 0,
        objects: i === newest ? due.length : 0,
      })),
    )
    .execute()
  const row = await tx
    .updateTable("shares")
    .set({
      redactions: share.redactions + added.length,
      revision: share.revision + 1,
      redacted_to: share.revision + 1,
      updated_at: at,
      title: toText(share.title === null ? undefined : redact(share.title)),
      directory: toText(share.directory === null ? undefined : redact(share.directory)),
    })
    .where("share_id", "=", shareID)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (audit) await write({ ...audit, shareID, details: { rules: added.length, ...audit.details } })
  const { revision, state } = row
  await dialect.announce?.(tx, [{ shareID, revision, state }])
  return toShare(row)
}

async function redactSegment(
  tx: Transaction<Schema>,
  rewrite: SegmentRewrite & { dialect: Dialect },
): Promise<boolean> {
  const { shareID, segmentID, redactions, by, tally } = rewrite
  if (!(await hold(tx, rewrite))) return false
  const segment = await tx
    .selectFrom("segments")
    .selectAll()
    .where("share_id", "=", shareID)
    .where("segment_id", "=", segmentID)
    .where("redactions", "<", redactions)
    .executeTakeFirst()
  if (!segment) return false
  await tx
    .updateTable("segments")
    .set({
      redactions,
      ...(by && {
        segment_id: by.id,
        object_key: by.objectKey,
        items: by.items,
        bytes: by.bytes,
        content_bytes: by.contentBytes,
        created_at: by.createdAt,
      }),
    })
    .where("share_id", "=", shareID)
    .where("segment_id", "=", segmentID)
    .execute()
  if (by) {
    await tx
      .insertInto("superseded")
      .values({ share_id: shareID, segment_id: segmentID, object_key: segment.object_key, since: DUE })
      .execute()
    await tx
      .updateTable("shares")
      .set((eb) => ({ epoch: eb("epoch", "+", 1), stored_bytes: bytesOfSegments(shareID) }))
      .where("share_id", "=", shareID)
      .execute()
  }
  await note(tx, rewrite, tally)
  return true
}

/** Found and rewritten: each rule its own, and the newest that it went by what it came to. */
async function note(
  tx: Transaction<Schema>,
  { shareID, generation, redactions }: ShareID & { redactions: number },
  { occurrences, items, segments, objects }: Tally,
): Promise<void> {
  const update = () =>
    tx.updateTable("redactions").where("share_id", "=", shareID).where("generation", "=", generation)
  for (const [id, times] of occurrences) {
    await update()
      .set((eb) => ({ occurrences: eb("occurrences", "+", times) }))
      .where("id", "=", id)
      .execute()
  }
  await update()
    .set((eb) => ({
      items: eb("items", "+", items),
      segments: eb("segments", "+", segments),
      objects: eb("objects", "+", objects),
    }))
    .where("number", "=", redactions)
    .execute()
}
