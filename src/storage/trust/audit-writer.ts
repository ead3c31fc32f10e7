import type { Kysely, Transaction } from "kysely"
import type { AuditEntry, AuditRow } from "../../protocol/audit.ts"
import type { Schema } from "../meta/schema.ts"

/** Adds an entry as part of a transaction, so that there is none without what it tells, and the other way round. */
export type WriteAudit = (entry: AuditEntry) => Promise<void>

export interface AuditWriter {
  /** A transaction that may write to the audit. What it wrote is told to listeners once it is committed. */
  transaction<T>(work: (tx: Transaction<Schema>, write: WriteAudit) => Promise<T>): Promise<T>
  /** Contract: `listener` must not throw. */
  onWritten(listener: (rows: readonly AuditRow[]) => void): void
}

/** A row of this name in `instance` says that a webhook is to be told of what is recorded. */
export const WEBHOOK = "audit-webhook"

export function createAuditWriter(db: Kysely<Schema>): AuditWriter {
  const listeners: ((rows: readonly AuditRow[]) => void)[] = []
  return {
    async transaction(work) {
      const written: AuditRow[] = []
      const result = await db.transaction().execute((tx) => {
        // A driver that tries again begins anew.
        written.length = 0
        return work(tx, async (entry) => void written.push(await writeAudit(tx, entry)))
      })
      if (written.length > 0) for (const listener of listeners) listener(written)
      return result
    },
    onWritten: (listener) => void listeners.push(listener),
  }
}

/** One entry. The transaction that it is part of is best {@link AuditWriter.transaction}, which tells of it. */
export async function writeAudit(tx: Transaction<Schema>, entry: AuditEntry): Promise<AuditRow> {
  const { id } = await tx
    .insertInto("audit")
    .values({
      at: entry.at,
      event: entry.event,
      share_id: entry.shareID ?? null,
      actor: entry.actor,
      address: entry.address ?? null,
      request_id: entry.requestID ?? null,
      details: entry.details === undefined ? null : JSON.stringify(entry.details),
    })
    .returning("id")
    .executeTakeFirstOrThrow()
  await tx
    .insertInto("audit_outbox")
    .columns(["audit_id"])
    .expression((eb) =>
      eb.selectFrom("instance").select(eb.lit(id).as("audit_id")).where("name", "=", WEBHOOK),
    )
    .execute()
  return { ...entry, id }
}
