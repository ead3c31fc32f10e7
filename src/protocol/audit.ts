import * as z from "zod/mini"

/** Everything that is recorded. A closed list: who reads the audit by program can rely on it. */
export const AUDIT_EVENTS = [
  "created",
  "first_viewed",
  "visibility_changed",
  "expiry_changed",
  "password_changed",
  "redacted",
  "revoked",
  "expired",
  "taken_down",
  "recovered",
  "token_created",
  "token_revoked",
  "secret_reissued",
  "blocked",
  "unblocked",
  "admin_entered",
  "admin_token_rotated",
  "failed_secrets",
] as const
export type AuditEvent = (typeof AUDIT_EVENTS)[number]

/** Short facts: names, numbers, reasons. Never a secret, and nothing of a share's content, its title included. */
export type AuditDetails = Readonly<Record<string, string | number | boolean>>

/** Who does something, and from where. */
export interface AuditOrigin {
  /** `owner:<8 hex>`, `token:<name>`, `address`, `admin`, `system` or `secret`. */
  actor: string
  /** As the operator wants addresses kept. */
  address?: string | undefined
  requestID?: string | undefined
}

export interface AuditEntry extends AuditOrigin {
  /** Milliseconds since the epoch. */
  at: number
  event: AuditEvent
  shareID?: string | undefined
  details?: AuditDetails | undefined
}

/** What the audit is to say of a change. Which shares it was, whoever makes it adds. */
export type AuditNote = Omit<AuditEntry, "shareID">

/** An entry as it was recorded. */
export interface AuditRow extends AuditEntry {
  /** Unlike any other's, and higher than those of what was recorded before. */
  id: number
}

/** What nobody asked for. */
export const BY_ITSELF: AuditOrigin = { actor: "system" }

/** An entry as it is told outside: a line of the export, an element of what the webhook gets. */
export const auditLine = z.object({
  id: z.int(),
  /** ISO 8601. */
  at: z.string(),
  event: z.enum(AUDIT_EVENTS),
  shareID: z.optional(z.string()),
  actor: z.string(),
  address: z.optional(z.string()),
  requestID: z.optional(z.string()),
  details: z.optional(z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]))),
})
export type AuditLine = z.infer<typeof auditLine>

export function toAuditLine({ id, at, event, shareID, actor, ...rest }: AuditRow): AuditLine {
  const { address, requestID, details } = rest
  return {
    id,
    at: new Date(at).toISOString(),
    event,
    ...(shareID !== undefined && { shareID }),
    actor,
    ...(address !== undefined && { address }),
    ...(requestID !== undefined && { requestID }),
    ...(details !== undefined && { details: { ...details } }),
  }
}
