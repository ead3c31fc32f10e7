import type { Kysely, Transaction } from "kysely"
import { USUAL_VISIBILITY } from "../../protocol/visibility.ts"
import type { MetaStore, NewShare } from "../../shares/ports.ts"
import type { AuditWriter } from "../trust/audit-writer.ts"
import type { Dialect } from "./dialect.ts"
import { NO_METADATA, NOT_REDACTED, toShare } from "./rows.ts"
import type { Schema } from "./schema.ts"
import { giveSecrets } from "./secrets.ts"

export function createShareQueries(
  db: Kysely<Schema>,
  { dialect, audit }: { dialect: Dialect; audit: AuditWriter },
): Pick<MetaStore, "createShare" | "reuseShare" | "findShare" | "findUnsynced" | "noteTicket"> {
  return {
    createShare: (share) =>
      audit.transaction(async (tx, write) => {
        const made = await tx
          .insertInto("shares")
          .values({
            share_id: share.id,
            generation: 0,
            revision: 0,
            epoch: 0,
            access: 0,
            ...beginning(share),
          })
          .onConflict((conflict) => conflict.column("share_id").doNothing())
          .returning("share_id")
          .executeTakeFirst()
        if (!made) return false
        await giveSecrets(tx, share)
        if (share.audit) await write({ ...share.audit, shareID: share.id })
        return true
      }),

    reuseShare: (share, was) =>
      audit.transaction(async (tx, write) => {
        const reused = await reuseShare(tx, { share, was, dialect })
        if (reused && share.audit) await write({ ...share.audit, shareID: share.id })
        return reused
      }),

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
        .where("door", "=", "native")
        .where("revision", "=", 0)
        .where("created_at", ">", since)
        .orderBy("created_at", "desc")
        .executeTakeFirst()
      return row && toShare(row)
    },

    async noteTicket({ shareID, generation, until, plain }) {
      const row = await db
        .updateTable("shares")
        .set((eb) => {
          const later = (column: "tickets_until" | "plain_until") =>
            eb.case().when(column, ">", until).then(eb.ref(column)).else(until).end()
          return {
            tickets_until: later("tickets_until"),
            ...(plain && { plain_until: later("plain_until") }),
          }
        })
        .where("share_id", "=", shareID)
        .where("generation", "=", generation)
        .where("state", "=", "active")
        .returning("share_id")
        .executeTakeFirst()
      return row !== undefined
    },
  }
}

/** What every share begins with, whether its id was given before or not. */
function beginning(share: NewShare) {
  const { sessionID, door, creator, address, tokenID, ownID, encrypted, createdAt, access } = share
  return {
    session_id: sessionID,
    state: "active",
    door,
    form: null,
    creator,
    address,
    token_id: tokenID ?? null,
    revoked_reason: null,
    own_id: ownID ? 1 : 0,
    created_at: createdAt,
    updated_at: createdAt,
    revoked_at: null,
    sync_count: 0,
    ...NO_METADATA,
    tickets_until: null,
    plain_until: null,
    plain_version: null,
    plain_bytes: null,
    stored_bytes: 0,
    encrypted: encrypted ? 1 : 0,
    head: null,
    ...NOT_REDACTED,
    visibility: access?.visibility ?? USUAL_VISIBILITY,
    password: access?.password ?? null,
    expires_at: access?.expiresAt ?? null,
    views: 0,
    first_viewed_at: null,
  } as const
}

async function reuseShare(
  tx: Transaction<Schema>,
  { share, was, dialect }: { share: NewShare; was: Parameters<MetaStore["reuseShare"]>[1]; dialect: Dialect },
): Promise<boolean> {
  const before = await tx
    .selectFrom("shares")
    .select("tickets_until")
    .where("share_id", "=", share.id)
    .$if(dialect.locksRows, (query) => query.forUpdate())
    .executeTakeFirst()
  const taken = await tx
    .updateTable("shares")
    .set((eb) => ({
      ...beginning(share),
      generation: eb("generation", "+", 1),
      // As the revision it only goes on: what was given out for the share before opens nothing.
      access: eb("access", "+", 1),
    }))
    .where("share_id", "=", share.id)
    .where("generation", "=", was.generation)
    .where("state", "=", was.state)
    // Nobody has written to what is not revoked, or means to, nor does meanwhile.
    .$if(was.state === "active", (query) =>
      query
        .where("form", "is", null)
        .where((eb) =>
          was.ticketsUntil === undefined
            ? eb("tickets_until", "is", null)
            : eb("tickets_until", "=", was.ticketsUntil),
        ),
    )
    .returning("share_id")
    .executeTakeFirst()
  if (!taken) return false
  await tx.deleteFrom("redactions").where("share_id", "=", share.id).execute()
  await tx.deleteFrom("share_secrets").where("share_id", "=", share.id).execute()
  await giveSecrets(tx, share)
  if (was.state === "active") {
    await tx
      .insertInto("deletions")
      .values({
        share_id: share.id,
        generation: was.generation,
        revoked_at: share.createdAt,
        listed_objects: null,
        listed_bytes: null,
        pending: null,
        tickets_until: before?.tickets_until ?? null,
        cleared_at: null,
        finished_at: null,
      })
      .execute()
  }
  return true
}
