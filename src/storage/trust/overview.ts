import { type Kysely, sql } from "kysely"
import type { ShareState } from "../../shares/ports.ts"
import type { TrustStore } from "../../trust/ports.ts"
import type { Schema } from "../meta/schema.ts"

/** What the operator sees of shares: everything but their content. */
export function createOverviewQueries(db: Kysely<Schema>): Pick<TrustStore, "listShares" | "totals"> {
  return {
    async listShares({ shareID, search, creator, tokenID, state, before, limit }) {
      const rows = await db
        .selectFrom("shares")
        .select((eb) => [
          "share_id",
          "title",
          "state",
          "door",
          "encrypted",
          "creator",
          "token_id",
          "created_at",
          "updated_at",
          "revoked_at",
          "revoked_reason",
          "plain_bytes",
          "visibility",
          "expires_at",
          "views",
          eb
            .selectFrom("segments")
            .select(sql<number>`coalesce(sum(segments.bytes), 0)`.as("bytes"))
            .whereRef("segments.share_id", "=", "shares.share_id")
            .as("segment_bytes"),
        ])
        .$if(shareID !== undefined, (query) => query.where("share_id", "=", shareID ?? ""))
        .$if(search !== undefined, (query) =>
          query.where((eb) =>
            eb.or([
              eb("share_id", "=", search ?? ""),
              sql<boolean>`lower(title) like ${pattern(search ?? "")} escape '!'`,
            ]),
          ),
        )
        .$if(creator !== undefined, (query) => query.where("creator", "=", creator ?? ""))
        .$if(tokenID !== undefined, (query) => query.where("token_id", "=", tokenID ?? ""))
        .$if(state !== undefined, (query) => query.where("state", "=", (state ?? "active") as ShareState))
        .$if(before !== undefined, (query) =>
          query.where((eb) =>
            eb.or([
              eb("created_at", "<", before?.createdAt ?? 0),
              eb.and([
                eb("created_at", "=", before?.createdAt ?? 0),
                eb("share_id", ">", before?.shareID ?? ""),
              ]),
            ]),
          ),
        )
        .orderBy("created_at", "desc")
        .orderBy("share_id")
        .limit(limit)
        .execute()
      return rows.map((row) => ({
        id: row.share_id,
        title: row.title ?? undefined,
        state: row.state,
        door: row.door,
        encrypted: row.encrypted === 1,
        visibility: row.visibility,
        expiresAt: row.expires_at ?? undefined,
        views: row.views,
        creator: row.creator ?? undefined,
        tokenID: row.token_id ?? undefined,
        bytes: Number(row.segment_bytes ?? 0) + (row.plain_bytes ?? 0),
        createdAt: row.created_at,
        updatedAt: row.updated_at,
        revokedAt: row.revoked_at ?? undefined,
        reason: row.revoked_reason ?? undefined,
      }))
    },

    async totals() {
      const one = async (query: { executeTakeFirstOrThrow(): Promise<{ count: unknown }> }) =>
        Number((await query.executeTakeFirstOrThrow()).count ?? 0)
      const states = await db
        .selectFrom("shares")
        .select((eb) => ["state", eb.fn.countAll().as("count")])
        .groupBy("state")
        .execute()
      const of = (state: ShareState) => Number(states.find((row) => row.state === state)?.count ?? 0)
      return {
        shares: { active: of("active"), revoked: of("revoked"), expired: of("expired") },
        segments: await one(db.selectFrom("segments").select((eb) => eb.fn.countAll().as("count"))),
        bytes:
          (await one(db.selectFrom("segments").select((eb) => eb.fn.sum("bytes").as("count")))) +
          (await one(db.selectFrom("shares").select((eb) => eb.fn.sum("plain_bytes").as("count")))),
        superseded: await one(db.selectFrom("superseded").select((eb) => eb.fn.countAll().as("count"))),
        deletions: await one(
          db
            .selectFrom("deletions")
            .select((eb) => eb.fn.countAll().as("count"))
            .where("finished_at", "is", null),
        ),
      }
    },
  }
}

/** Anywhere in the text, with what `like` would take for more than itself marked. */
function pattern(text: string): string {
  return `%${text.toLowerCase().replace(/[!%_]/g, "!$&")}%`
}
