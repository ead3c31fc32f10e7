import type { ShareForm, ShareState } from "../../shares/ports.ts"

/** The tables as migrations/ makes them. */
export interface Schema {
  shares: {
    share_id: string
    session_id: string | null
    state: ShareState
    form: ShareForm | null
    revision: number
    creator: string | null
    address: string | null
    created_at: number
    updated_at: number
    revoked_at: number | null
  }
  share_secrets: { share_id: string; hash: string; created_at: number }
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
  deletions: {
    share_id: string
    revoked_at: number
    listed_objects: number | null
    listed_bytes: number | null
    finished_at: number | null
  }
}
