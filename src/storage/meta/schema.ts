import type { Visibility } from "../../protocol/visibility.ts"
import type { SecretScope, ShareDoor, ShareForm, ShareState } from "../../shares/ports.ts"
import type { TrustSchema } from "../trust/schema.ts"

/** The tables as migrations/ makes them. */
export interface Schema extends TrustSchema {
  shares: {
    share_id: string
    session_id: string | null
    state: ShareState
    door: ShareDoor
    form: ShareForm | null
    generation: number
    revision: number
    epoch: number
    creator: string | null
    address: string | null
    own_id: number
    created_at: number
    updated_at: number
    revoked_at: number | null
    sync_count: number
    title: string | null
    directory: string | null
    message_count: number
    part_count: number
    diff_count: number
    model_count: number
    tickets_until: number | null
    plain_until: number | null
    plain_version: string | null
    plain_bytes: number | null
    stored_bytes: number
    encrypted: number
    head: string | null
    redactions: number
    redacted_to: number
    plain_redactions: number
    token_id: string | null
    revoked_reason: string | null
    visibility: Visibility
    password: string | null
    access: number
    expires_at: number | null
    views: number
    first_viewed_at: number | null
  }
  share_secrets: { share_id: string; hash: string; scope: SecretScope; created_at: number }
  segments: {
    share_id: string
    first_revision: number
    last_revision: number
    segment_id: string
    object_key: string
    items: number
    bytes: number
    content_bytes: number
    created_at: number
    redactions: number
  }
  superseded: { share_id: string; segment_id: string; object_key: string; since: number }
  deletions: {
    share_id: string
    generation: number
    revoked_at: number
    listed_objects: number | null
    listed_bytes: number | null
    /** JSON: an array of keys. */
    pending: string | null
    tickets_until: number | null
    cleared_at: number | null
    finished_at: number | null
  }
  redactions: {
    share_id: string
    generation: number
    number: number
    id: string
    rule: string
    created_at: number
    occurrences: number
    items: number
    segments: number
    objects: number
  }
  leases: { name: string; until: number }
}
