import type { Insertable, Transaction } from "kysely"
import type { NewSegment, RedactionStore } from "../../shares/ports.ts"
import type { AuditWriter, WriteAudit } from "../trust/audit-writer.ts"
import type { Dialect } from "./dialect.ts"
import { known } from "./manifest.ts"
import { bytesOfSegments, createQuotaCheck, type QuotaCheck } from "./quota-check.ts"
import { DUE, hold } from "./redactions.ts"
import { toShare } from "./rows.ts"
import type { Schema } from "./schema.ts"
import { canWrite } from "./secrets.ts"

type Request = Parameters<RedactionStore["redactSealed"]>[0]
type Outcome = Awaited<ReturnType<RedactionStore["redactSealed"]>>

interface Means {
  dialect: Dialect
  check: QuotaCheck
  write: WriteAudit
}

/** What an owner took out of an encrypted share: rules, list and head change together, or nothing does. */
export function createSealedRedactionQueries(
  { dialect, audit }: { dialect: Dialect; audit: AuditWriter },
  check = createQuotaCheck(),
): Pick<RedactionStore, "redactSealed"> {
  return {
    redactSealed: (request) =>
      audit.transaction((tx, write) => redact(tx, request, { dialect, check, write })),
  }
}

async function redact(tx: Transaction<Schema>, request: Request, means: Means): Promise<Outcome> {
  const { shareID, secretHash, rules, most, at, segments, sealed, limits } = request
  const share = await hold(tx, { ...request, dialect: means.dialect })
  if (!share || (share.expires_at !== null && share.expires_at <= at)) return undefined
  // A statement of its own: it sees what whoever held the row before has done.
  if (secretHash !== undefined && !(await canWrite(tx, { shareID, hash: secretHash }))) return undefined
  const done = await knownRules(tx, request)
  if (done === rules.length) return toShare(share)
  if (done > 0 || sealed.revision !== share.revision || sealed.epoch !== share.epoch) return "moved"
  // An object that is due would be deleted under its new row.
  if ((await known(tx, { shareID, ids: segments.map(({ id }) => id) })).length > 0) return "moved"
  if (share.redactions + rules.length > most) return "too_many_rules"
  const content = segments.reduce((sum, { contentBytes }) => sum + contentBytes, 0)
  if (content > limits.contentBytes) return "too_large"
  if (segments.length > limits.segments) return "too_many"
  const beyond = await checkQuotas(tx, request, { creator: share.creator, check: means.check })
  if (beyond) return beyond
  const count = share.redactions + rules.length
  const revision = share.revision + segments.length
  const { due, written } = await exchange(tx, request, { count, revision: share.revision })
  const newest = rules.length - 1
  await tx
    .insertInto("redactions")
    .values(
      rules.map(
        ({ id, sealed: rule, occurrences }, i): Insertable<Schema["redactions"]> => ({
          share_id: shareID,
          generation: request.generation,
          number: share.redactions + 1 + i,
          id,
          rule,
          created_at: at,
          occurrences,
          // What all of it came to stands with the newest of them.
          items: i === newest ? request.items : 0,
          segments: i === newest ? written : 0,
          objects: i === newest ? due : 0,
        }),
      ),
    )
    .execute()
  const row = await tx
    .updateTable("shares")
    .set({
      form: "log",
      redactions: count,
      revision,
      redacted_to: revision,
      epoch: share.epoch + 1,
      head: sealed.head,
      updated_at: at,
      stored_bytes: bytesOfSegments(shareID),
    })
    .where("share_id", "=", shareID)
    .returningAll()
    .executeTakeFirstOrThrow()
  if (request.audit) {
    await means.write({
      ...request.audit,
      shareID,
      details: { rules: rules.length, ...request.audit.details },
    })
  }
  await means.dialect.announce?.(tx, [{ shareID, revision, state: row.state }])
  return toShare(row)
}

async function knownRules(tx: Transaction<Schema>, { shareID, generation, rules }: Request): Promise<number> {
  const rows = await tx
    .selectFrom("redactions")
    .select("id")
    .where("share_id", "=", shareID)
    .where("generation", "=", generation)
    .where(
      "id",
      "in",
      rules.map(({ id }) => id),
    )
    .execute()
  return rows.length
}

/** What is beyond a quota already may come to less, as with a merge. */
async function checkQuotas(
  tx: Transaction<Schema>,
  { shareID, segments, quotas, at }: Request,
  { creator, check }: { creator: string | null; check: QuotaCheck },
) {
  const rows = await tx.selectFrom("segments").select("bytes").where("share_id", "=", shareID).execute()
  const sum = (of: readonly { bytes: number }[]) => of.reduce((total, { bytes }) => total + bytes, 0)
  const bytes = sum(segments) - sum(rows)
  if (quotas && bytes > 0) {
    const beyond = await check.excess(tx, { creator: creator ?? "", bytes, quotas, at })
    if (beyond) return beyond
  }
  check.grown(bytes)
  return undefined
}

/**
 * The new list in the place of the old one, of which every object, and every one that merges had replaced, is due at
 * once. Resolves to how many objects those are, and how many segments stood in the list.
 */
async function exchange(
  tx: Transaction<Schema>,
  { shareID, segments }: Request,
  { count, revision }: { count: number; revision: number },
): Promise<{ due: number; written: number }> {
  const replaced = await tx
    .updateTable("superseded")
    .set({ since: DUE })
    .where("share_id", "=", shareID)
    .where("since", "!=", DUE)
    .returning("segment_id")
    .execute()
  const before = await tx
    .deleteFrom("segments")
    .where("share_id", "=", shareID)
    .returning(["segment_id", "object_key", "first_revision"])
    .execute()
  if (before.length > 0) {
    await tx
      .insertInto("superseded")
      .values(
        before.map(({ segment_id, object_key }) => ({
          share_id: shareID,
          segment_id,
          object_key,
          since: DUE,
        })),
      )
      .execute()
  }
  // The first holds all revisions that there were, so that later merges leave it alone for as long.
  const start = Math.min(revision + 1, ...before.map(({ first_revision }) => first_revision))
  await tx
    .insertInto("segments")
    .values(
      segments.map((segment: NewSegment, i) => ({
        share_id: shareID,
        first_revision: i === 0 ? start : revision + 1 + i,
        last_revision: revision + 1 + i,
        segment_id: segment.id,
        object_key: segment.objectKey,
        items: segment.items,
        bytes: segment.bytes,
        content_bytes: segment.contentBytes,
        created_at: segment.createdAt,
        redactions: count,
      })),
    )
    .execute()
  return { due: replaced.length + before.length, written: before.length }
}
