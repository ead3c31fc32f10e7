import type { Kysely, Transaction } from "kysely"
import type { AuditNote } from "../../protocol/audit.ts"
import type { DeletionID, MetaStore } from "../../shares/ports.ts"
import type { AuditWriter } from "../trust/audit-writer.ts"
import type { Dialect } from "./dialect.ts"
import { NO_METADATA, NOT_REDACTED, toDeletion } from "./rows.ts"
import type { Schema } from "./schema.ts"

type DeletionQueries = Pick<
  MetaStore,
  "revoke" | "expire" | "findDeletion" | "unfinishedDeletions" | "recordListing" | "recordCleared"
>

/** Revocations, and what their deletions owe. */
export function createDeletionQueries(
  db: Kysely<Schema>,
  { dialect, audit }: { dialect: Dialect; audit: AuditWriter },
): DeletionQueries {
  const update = ({ shareID, generation }: DeletionID) =>
    db.updateTable("deletions").where("share_id", "=", shareID).where("generation", "=", generation)

  const end = (revocation: Omit<Revocation, "dialect">, note: AuditNote | undefined) =>
    audit.transaction(async (tx, write) => {
      const ids = await revoke(tx, { ...revocation, dialect })
      if (note) for (const shareID of ids) await write({ ...note, shareID })
      return ids
    })

  return {
    revoke: (share, at, note) => end({ ...share, at, state: "revoked" }, note),
    expire: (share, at, note) => end({ ...share, at, state: "expired" }, note),

    async findDeletion(shareID, generation) {
      const row = await db
        .selectFrom("deletions")
        .selectAll()
        .where("share_id", "=", shareID)
        .$if(generation !== undefined, (query) => query.where("generation", "=", generation ?? 0))
        .orderBy("generation", "desc")
        .executeTakeFirst()
      return row && toDeletion(row)
    },

    async unfinishedDeletions() {
      const rows = await db.selectFrom("deletions").selectAll().where("finished_at", "is", null).execute()
      return rows.map(toDeletion)
    },

    async recordListing(deletion, { objects, bytes, pending, after }) {
      const row = await update(deletion)
        .set({ listed_objects: objects, listed_bytes: bytes, pending: JSON.stringify(pending) })
        .where((eb) =>
          after === undefined ? eb("listed_objects", "is", null) : eb("listed_objects", "=", after),
        )
        .returning("share_id")
        .executeTakeFirst()
      return row !== undefined
    },

    async recordCleared(deletion, { at, finished }) {
      await update(deletion)
        .set({ cleared_at: at, pending: null, ...(finished && { finished_at: at }) })
        .where("finished_at", "is", null)
        .execute()
    },
  }
}

interface Revocation extends DeletionID {
  reason?: string
  at: number
  state: "revoked" | "expired"
  dialect: Dialect
}

async function revoke(
  tx: Transaction<Schema>,
  { shareID, generation, reason, at, state, dialect }: Revocation,
): Promise<string[]> {
  const named = await tx
    .selectFrom("shares")
    .select(["session_id", "creator", "created_at"])
    .where("share_id", "=", shareID)
    .where("generation", "=", generation)
    .where("state", "=", "active")
    // It may have been given more time meanwhile.
    .$if(state === "expired", (query) => query.where("expires_at", "<=", at))
    .executeTakeFirst()
  if (!named) return []
  const rows = await tx
    .selectFrom("shares")
    .select(["share_id", "generation", "revision", "tickets_until"])
    .where("state", "=", "active")
    .where((eb) =>
      eb.or([
        eb.and([
          eb("share_id", "=", shareID),
          eb("generation", "=", generation),
          ...(state === "expired" ? [eb("expires_at", "<=", at)] : []),
        ]),
        // Time is over for each by itself.
        ...(state === "expired"
          ? []
          : [
              eb.and([
                eb("share_id", "!=", shareID),
                eb("session_id", "=", named.session_id),
                eb("creator", "=", named.creator),
                eb("created_at", "<=", named.created_at),
              ]),
            ]),
      ]),
    )
    // Newest first, so that two revocations that take the same shares along wait for each other and never cross.
    .orderBy("created_at", "desc")
    .orderBy("share_id")
    .$if(dialect.locksRows, (query) => query.forUpdate())
    .execute()
  const ids = rows.map((row) => row.share_id)
  // Another node revoked it between the two statements.
  if (!ids.includes(shareID)) return []
  await tx
    .updateTable("shares")
    .set((eb) => ({
      state,
      revoked_at: at,
      updated_at: at,
      session_id: null,
      // An id that its client brought goes to nobody else afterwards.
      creator: eb.case().when("door", "=", "direct").then(eb.ref("creator")).else(null).end(),
      address: null,
      token_id: null,
      revoked_reason: reason ?? null,
      sync_count: 0,
      ...NO_METADATA,
      plain_version: null,
      plain_bytes: null,
      stored_bytes: 0,
      head: null,
      ...NOT_REDACTED,
      password: null,
      views: 0,
      first_viewed_at: null,
    }))
    .where("share_id", "in", ids)
    .execute()
  for (const table of ["segments", "superseded", "redactions"] as const) {
    await tx.deleteFrom(table).where("share_id", "in", ids).execute()
  }
  await tx
    .insertInto("deletions")
    .values(
      rows.map((row) => ({
        share_id: row.share_id,
        generation: row.generation,
        revoked_at: at,
        listed_objects: null,
        listed_bytes: null,
        pending: null,
        tickets_until: row.tickets_until,
        cleared_at: null,
        finished_at: null,
      })),
    )
    .execute()
  await dialect.announce?.(
    tx,
    rows.map(({ share_id, revision }) => ({ shareID: share_id, revision, state })),
  )
  return ids
}
