import type { Kysely, Selectable, Transaction } from "kysely"
import type { DeletionRow, MetaStore, SegmentRow, ShareNews, ShareRow } from "../../shares/ports.ts"
import { guarded } from "./guarded.ts"
import type { Schema } from "./schema.ts"

/** In what the databases differ. */
export interface Dialect {
  /** True when what the driver threw may succeed later. */
  isRetryable(error: unknown): boolean
  /** Whether transactions run side by side, and so lock the rows that they go by. */
  locksRows: boolean
  /** Tells other nodes, as part of the transaction. */
  announce?(tx: Transaction<Schema>, news: readonly ShareNews[]): Promise<void>
}

/** The MetaStore over any SQL database that Kysely speaks to. */
export function createKyselyStore(db: Kysely<Schema>, dialect: Dialect): MetaStore {
  const store: MetaStore = {
    async createShare({ id, sessionID, secretHash, creator, address, createdAt }) {
      await db.transaction().execute(async (tx) => {
        await tx
          .insertInto("shares")
          .values({
            share_id: id,
            session_id: sessionID,
            state: "active",
            form: null,
            revision: 0,
            creator,
            address,
            created_at: createdAt,
            updated_at: createdAt,
            revoked_at: null,
          })
          .execute()
        await tx
          .insertInto("share_secrets")
          .values({ share_id: id, hash: secretHash, created_at: createdAt })
          .execute()
      })
    },

    async findShare(id) {
      const row = await db.selectFrom("shares").selectAll().where("share_id", "=", id).executeTakeFirst()
      return row && toShare(row)
    },

    async findUnsynced({ sessionID, creator, address, since }) {
      const row = await db
        .selectFrom("shares")
        .selectAll()
        .where("session_id", "=", sessionID)
        .where("creator", "=", creator)
        .where("address", "=", address)
        .where("state", "=", "active")
        .where("revision", "=", 0)
        .where("created_at", ">", since)
        .orderBy("created_at", "desc")
        .executeTakeFirst()
      return row && toShare(row)
    },

    async addSecret({ shareID, hash, createdAt }) {
      await db
        .insertInto("share_secrets")
        .values({ share_id: shareID, hash, created_at: createdAt })
        .execute()
    },

    async secretHashes(shareID) {
      const rows = await db
        .selectFrom("share_secrets")
        .select("hash")
        .where("share_id", "=", shareID)
        .execute()
      return rows.map((row) => row.hash)
    },

    async commit({ shareID, segment, secretHash, at }) {
      const committed = db.transaction().execute(async (tx) => {
        const share = await tx
          .updateTable("shares")
          .set((eb) => ({ revision: eb("revision", "+", 1), updated_at: at, form: "log" }))
          .where("share_id", "=", shareID)
          .where("state", "=", "active")
          .where("share_id", "in", (eb) =>
            eb.selectFrom("share_secrets").select("share_id").where("hash", "=", secretHash),
          )
          .returning("revision")
          .executeTakeFirst()
        if (!share) return undefined
        if (dialect.locksRows && !(await isSecret(tx, { shareID, hash: secretHash }))) throw new LostRace()
        await tx
          .insertInto("segments")
          .values({
            share_id: shareID,
            first_revision: share.revision,
            last_revision: share.revision,
            segment_id: segment.id,
            object_key: segment.objectKey,
            items: segment.items,
            bytes: segment.bytes,
            content_bytes: segment.contentBytes,
            created_at: segment.createdAt,
          })
          .execute()
        if (share.revision === 1) {
          await tx
            .deleteFrom("share_secrets")
            .where("share_id", "=", shareID)
            .where("hash", "!=", secretHash)
            .execute()
        }
        return share.revision
      })
      return committed.catch((error) => {
        if (error instanceof LostRace) return undefined
        throw error
      })
    },

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

    revoke: (shareID, at) => db.transaction().execute((tx) => revoke(tx, { shareID, at, dialect })),

    async findDeletion(shareID) {
      const row = await db
        .selectFrom("deletions")
        .selectAll()
        .where("share_id", "=", shareID)
        .executeTakeFirst()
      return row && toDeletion(row)
    },

    async unfinishedDeletions() {
      const rows = await db.selectFrom("deletions").selectAll().where("finished_at", "is", null).execute()
      return rows.map(toDeletion)
    },

    async recordListing(shareID, { objects, bytes }) {
      await db
        .updateTable("deletions")
        .set({ listed_objects: objects, listed_bytes: bytes })
        .where("share_id", "=", shareID)
        .execute()
    },

    async finishDeletion(shareID, at) {
      await db.transaction().execute(async (tx) => {
        await tx.deleteFrom("segments").where("share_id", "=", shareID).execute()
        await tx.updateTable("deletions").set({ finished_at: at }).where("share_id", "=", shareID).execute()
      })
    },

    close: () => db.destroy(),
  }
  return guarded(store, dialect.isRetryable)
}

/** Undoes the transaction of a commit whose secret another one dropped meanwhile. */
class LostRace extends Error {}

/**
 * A commit that waited for the share's row sees the row as the other one left it, but the rest of its statement as it
 * was before: https://www.postgresql.org/docs/current/transaction-iso.html#XACT-READ-COMMITTED. So it asks again.
 */
async function isSecret(
  tx: Transaction<Schema>,
  secret: { shareID: string; hash: string },
): Promise<boolean> {
  const row = await tx
    .selectFrom("share_secrets")
    .select("hash")
    .where("share_id", "=", secret.shareID)
    .where("hash", "=", secret.hash)
    .executeTakeFirst()
  return row !== undefined
}

interface Revocation {
  shareID: string
  at: number
  dialect: Dialect
}

async function revoke(tx: Transaction<Schema>, { shareID, at, dialect }: Revocation): Promise<string[]> {
  const named = await tx
    .selectFrom("shares")
    .select(["session_id", "creator", "created_at"])
    .where("share_id", "=", shareID)
    .where("state", "=", "active")
    .executeTakeFirst()
  if (!named) return []
  const rows = await tx
    .selectFrom("shares")
    .select(["share_id", "revision"])
    .where("state", "=", "active")
    .where((eb) =>
      eb.or([
        eb("share_id", "=", shareID),
        eb.and([
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
    .set({ state: "revoked", revoked_at: at, updated_at: at, session_id: null, creator: null, address: null })
    .where("share_id", "in", ids)
    .execute()
  await tx
    .insertInto("deletions")
    .values(
      ids.map((id) => ({
        share_id: id,
        revoked_at: at,
        listed_objects: null,
        listed_bytes: null,
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

function toShare(row: Selectable<Schema["shares"]>): ShareRow {
  return {
    id: row.share_id,
    sessionID: row.session_id ?? undefined,
    state: row.state,
    form: row.form ?? undefined,
    revision: row.revision,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revokedAt: row.revoked_at ?? undefined,
  }
}

function toSegment(row: Selectable<Schema["segments"]>): SegmentRow {
  return {
    id: row.segment_id,
    objectKey: row.object_key,
    firstRevision: row.first_revision,
    lastRevision: row.last_revision,
    items: row.items,
    bytes: row.bytes,
    contentBytes: row.content_bytes,
    createdAt: row.created_at,
  }
}

function toDeletion(row: Selectable<Schema["deletions"]>): DeletionRow {
  return {
    shareID: row.share_id,
    revokedAt: row.revoked_at,
    listed:
      row.listed_objects === null ? undefined : { objects: row.listed_objects, bytes: row.listed_bytes ?? 0 },
    finishedAt: row.finished_at ?? undefined,
  }
}
