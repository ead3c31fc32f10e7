import type { Kysely, Selectable } from "kysely"
import type { AuditDetails, AuditEvent, AuditRow } from "../../protocol/audit.ts"
import type { TrustStore } from "../../trust/ports.ts"
import type { Schema } from "../meta/schema.ts"
import { type AuditWriter, WEBHOOK } from "./audit-writer.ts"

type AuditQueries = Pick<
  TrustStore,
  "recordAudit" | "readAudit" | "startOutbox" | "outbox" | "forgetSent" | "countOutbox"
>

/** The audit, and what of it is still to be sent on. */
export function createAuditQueries(db: Kysely<Schema>, audit: AuditWriter): AuditQueries {
  return {
    recordAudit: (entries) =>
      audit.transaction(async (_, write) => {
        for (const entry of entries) await write(entry)
      }),

    async readAudit({ since, until, event, shareID, after, newestFirst = false, limit }) {
      const rows = await db
        .selectFrom("audit")
        .selectAll()
        .$if(after !== undefined, (query) => query.where("id", newestFirst ? "<" : ">", after ?? 0))
        .$if(since !== undefined, (query) => query.where("at", ">=", since ?? 0))
        .$if(until !== undefined, (query) => query.where("at", "<", until ?? 0))
        .$if(event !== undefined, (query) => query.where("event", "=", event ?? ""))
        .$if(shareID !== undefined, (query) => query.where("share_id", "=", shareID ?? ""))
        .orderBy("id", newestFirst ? "desc" : "asc")
        .limit(limit)
        .execute()
      return rows.map(toRow)
    },

    async startOutbox() {
      await db
        .insertInto("instance")
        .values({ name: WEBHOOK, value: "on" })
        .onConflict((conflict) => conflict.column("name").doNothing())
        .execute()
    },

    async outbox(limit) {
      const rows = await db
        .selectFrom("audit_outbox")
        .innerJoin("audit", "audit.id", "audit_outbox.audit_id")
        .selectAll("audit")
        .orderBy("audit_outbox.audit_id")
        .limit(limit)
        .execute()
      return rows.map(toRow)
    },

    async forgetSent(ids) {
      await db.deleteFrom("audit_outbox").where("audit_id", "in", ids).execute()
    },

    async countOutbox() {
      const row = await db
        .selectFrom("audit_outbox")
        .select((eb) => eb.fn.countAll().as("count"))
        .executeTakeFirstOrThrow()
      return Number(row.count)
    },
  }
}

function toRow(row: Selectable<Schema["audit"]>): AuditRow {
  return {
    id: row.id,
    at: row.at,
    event: row.event as AuditEvent,
    actor: row.actor,
    ...(row.share_id !== null && { shareID: row.share_id }),
    ...(row.address !== null && { address: row.address }),
    ...(row.request_id !== null && { requestID: row.request_id }),
    ...(row.details !== null && { details: JSON.parse(row.details) as AuditDetails }),
  }
}
