import type { Selectable, Updateable } from "kysely"
import type { DeletionRow, RedactionRow, SegmentRow, ShareMetadata, ShareRow } from "../../shares/ports.ts"
import type { Schema } from "./schema.ts"

/** Rows as the database has them ↔ rows as the ports say them. */
export function toShare(row: Selectable<Schema["shares"]>): ShareRow {
  return {
    id: row.share_id,
    sessionID: row.session_id ?? undefined,
    state: row.state,
    door: row.door,
    form: row.form ?? undefined,
    generation: row.generation,
    revision: row.revision,
    epoch: row.epoch,
    syncs: row.sync_count,
    metadata: {
      title: row.title ?? undefined,
      directory: row.directory ?? undefined,
      messages: row.message_count,
      parts: row.part_count,
      diffs: row.diff_count,
      models: row.model_count,
    },
    creator: row.creator ?? undefined,
    tokenID: row.token_id ?? undefined,
    createdAt: row.created_at,
    updatedAt: row.updated_at,
    revokedAt: row.revoked_at ?? undefined,
    revokedReason: row.revoked_reason ?? undefined,
    ownID: row.own_id === 1,
    encrypted: row.encrypted === 1,
    head: row.head ?? undefined,
    redactions: row.redactions,
    redactedTo: row.redacted_to,
    visibility: row.visibility,
    password: row.password ?? undefined,
    access: row.access,
    expiresAt: row.expires_at ?? undefined,
    views: row.views,
    firstViewedAt: row.first_viewed_at ?? undefined,
    ticketsUntil: row.tickets_until ?? undefined,
    plainUntil: row.plain_until ?? undefined,
    plain:
      row.plain_version === null ? undefined : { version: row.plain_version, bytes: row.plain_bytes ?? 0 },
    storedBytes: row.stored_bytes,
  }
}

export function fromMetadata(metadata: ShareMetadata) {
  return {
    title: toText(metadata.title),
    directory: toText(metadata.directory),
    message_count: metadata.messages,
    part_count: metadata.parts,
    diff_count: metadata.diffs,
    model_count: metadata.models,
  } satisfies Updateable<Schema["shares"]>
}

/** What a share that has nothing says of itself. */
export const NO_METADATA = fromMetadata({
  title: undefined,
  directory: undefined,
  messages: 0,
  parts: 0,
  diffs: 0,
  models: 0,
})

/** What a share says that nothing was taken out of. */
export const NOT_REDACTED = {
  redactions: 0,
  redacted_to: 0,
  plain_redactions: 0,
} satisfies Updateable<Schema["shares"]>

export function toSegment(row: Selectable<Schema["segments"]>): SegmentRow {
  return {
    id: row.segment_id,
    objectKey: row.object_key,
    firstRevision: row.first_revision,
    lastRevision: row.last_revision,
    items: row.items,
    bytes: row.bytes,
    contentBytes: row.content_bytes,
    createdAt: row.created_at,
    redactions: row.redactions,
  }
}

export function toRedaction(row: Selectable<Schema["redactions"]>): RedactionRow {
  return {
    id: row.id,
    rule: row.rule,
    createdAt: row.created_at,
    occurrences: row.occurrences,
    items: row.items,
    segments: row.segments,
    objects: row.objects,
  }
}

export function toDeletion(row: Selectable<Schema["deletions"]>): DeletionRow {
  return {
    shareID: row.share_id,
    generation: row.generation,
    revokedAt: row.revoked_at,
    listed:
      row.listed_objects === null ? undefined : { objects: row.listed_objects, bytes: row.listed_bytes ?? 0 },
    pending: row.pending === null ? undefined : JSON.parse(row.pending),
    ticketsUntil: row.tickets_until ?? undefined,
    clearedAt: row.cleared_at ?? undefined,
    finishedAt: row.finished_at ?? undefined,
  }
}

/** PostgreSQL takes no NUL. */
export function toText(text: string | undefined): string | null {
  return text?.replaceAll("\0", "") ?? null
}
