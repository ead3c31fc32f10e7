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
    encrypted: number
    head: string | null
    token_id: string | null
    revoked_reason: string | null
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
  leases: { name: string; until: number }
}
