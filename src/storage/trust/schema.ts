import type { Generated } from "kysely"
import type { BlockRow, SessionKind } from "../../trust/ports.ts"

/** The tables as migrations/0007-trust.ts makes them. */
export interface TrustSchema {
  instance: { name: string; value: string }
  browser_sessions: {
    hash: string
    kind: SessionKind
    subject: string
    created_at: number
    expires_at: number
  }
  entries: { hash: string; kind: SessionKind; subject: string; expires_at: number }
  audit: {
    id: Generated<number>
    at: number
    event: string
    share_id: string | null
    actor: string
    address: string | null
    request_id: string | null
    details: string | null
  }
  audit_outbox: { audit_id: number }
  create_tokens: {
    id: string
    name: string
    hash: string
    creator: string
    created_at: number
    revoked_at: number | null
    last_used_at: number | null
  }
  blocks: { kind: BlockRow["kind"]; value: string; reason: string | null; created_at: number }
}
