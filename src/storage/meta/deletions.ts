import type { Kysely, Transaction } from "kysely"
import type { DeletionID, MetaStore } from "../../shares/ports.ts"
import type { Dialect } from "./dialect.ts"
import { NO_METADATA, NOT_REDACTED, toDeletion } from "./rows.ts"
import type { Schema } from "./schema.ts"

type DeletionQueries = Pick<
  MetaStore,
  "revoke" | "findDeletion" | "unfinishedDeletions" | "recordListing" | "recordCleared"
>

/** Revocations, and what their deletions owe. */
export function createDeletionQueries(db: Kysely<Schema>, dialect: Dialect): DeletionQueries {
  const update = ({ shareID, generation }: DeletionID) =>
    db.updateTable("deletions").where("share_id", "=", shareID).where("generation", "=", generation)

  return {
    revoke: (share, at) => db.transaction().execute((tx) => revoke(tx, { ...share, at, dialect })),

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
  at: number
  dialect: Dialect
}

async function revoke(
  tx: Transaction<Schema>,
  { shareID, generation, at, dialect }: Revocation,
): Promise<string[]> {
  const named = await tx
    .selectFrom("shares")
    .select(["session_id", "creator", "created_at"])
    .where("share_id", "=", shareID)
    .where("generation", "=", generation)
    .where("state", "=", "active")
    .executeTakeFirst()
  if (!named) return []
  const rows = await tx
    .selectFrom("shares")
    .select(["share_id", "generation", "revision", "tickets_until"])
    .where("state", "=", "active")
    .where((eb) =>
      eb.or([
        eb.and([eb("share_id", "=", shareID), eb("generation", "=", generation)]),
        eb.and([
          eb("share_id", "!=", shareID),
          eb("session_id", "=", named.session_id),
          eb("creator", "=", named.creator),
          eb("created_at", "<=", named.created_at),
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
      state: "revoked",
      revoked_at: at,
      updated_at: at,
      session_id: null,
      // An id that its client brought goes to nobody else afterwards.
      creator: eb.case().when("door", "=", "direct").then(eb.ref("creator")).else(null).end(),
      address: null,
      sync_count: 0,
      ...NO_METADATA,
      plain_version: null,
      plain_bytes: null,
      head: null,
      ...NOT_REDACTED,
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
    rows.map(({ share_id, revision }) => ({ shareID: share_id, revision, state: "revoked" })),
  )
  return ids
}
