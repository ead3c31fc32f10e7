import type { AuditEntry, AuditEvent, AuditRow } from "../protocol/audit.ts"
import type { Visibility } from "../protocol/visibility.ts"

/**
 * What the room of trust needs from the world: who may do what, and a record of what was done. Its drivers stand in
 * storage/trust, and pass one contract suite (test/contracts/trust-store.ts).
 */

/** Whose a browser session is: somebody's whose shares they are, or the operator's. */
export type SessionKind = "owner" | "admin"

/** Kept under the hash of what its browser holds. Times are milliseconds since the epoch. */
export interface SessionRow {
  hash: string
  kind: SessionKind
  /** JSON; what may stand in it says trust/subject.ts. */
  subject: string
  createdAt: number
  expiresAt: number
}

/** A link that opens a session, once: kept under the hash of its code. */
export type EntryRow = Omit<SessionRow, "createdAt">

export interface TrustStore {
  /** What this instance keeps under a name, the same on all nodes. */
  readInstance(name: string): Promise<string | undefined>
  /** Keeps a value under a name that has none. Resolves to the one that stands then, whoever was first. */
  keepInstance(name: string, value: string): Promise<string>
  /** Puts a value in the place of the one of that name, and ends all sessions and entries of admins: all or nothing. */
  replaceAdmin(admin: { name: string; value: string; audit: AuditEntry }): Promise<void>
  createSession(session: SessionRow): Promise<void>
  findSession(hash: string): Promise<SessionRow | undefined>
  endSession(hash: string): Promise<void>
  endSessions(kind: SessionKind): Promise<void>
  createEntry(entry: EntryRow): Promise<void>
  /** For one caller of all nodes: whoever gets it has used it up. */
  takeEntry(hash: string): Promise<EntryRow | undefined>
  /** Deletes sessions and entries that have expired by a time. */
  forgetExpired(now: number): Promise<void>
  /** Adds to the audit what no other change goes with: all or nothing. */
  recordAudit(entries: readonly AuditEntry[]): Promise<void>
  /** In the order of ids, or the newest first. `after` is the last that was seen, in that order. */
  readAudit(
    query: AuditQuery & { after?: number | undefined; newestFirst?: boolean; limit: number },
  ): Promise<AuditRow[]>
  /** From now on what is recorded waits in the outbox until it is forgotten there, for whoever sends it on. */
  startOutbox(): Promise<void>
  /** The oldest that wait. */
  outbox(limit: number): Promise<AuditRow[]>
  forgetSent(ids: readonly number[]): Promise<void>
  countOutbox(): Promise<number>
  /** False when the name was given before. */
  createToken(token: TokenRow, audit: AuditEntry): Promise<boolean>
  findToken(hash: string): Promise<TokenRow | undefined>
  /** All that were ever made, the newest first. */
  tokens(): Promise<TokenRow[]>
  /** Resolves to it as it then is; recorded, with its name, when it was not revoked before. */
  revokeToken(revocation: { id: string; audit: AuditEntry }): Promise<TokenRow | undefined>
  /** Notes a use, unless one was noted after a time. */
  useToken(use: { id: string; at: number; unlessSince: number }): Promise<void>
  /** The newest first. */
  blocks(): Promise<BlockRow[]>
  /** Resolves to the one that stands then; recorded when there was none. */
  addBlock(block: BlockRow, audit: AuditEntry): Promise<BlockRow>
  /** False when there is none. */
  removeBlock(block: BlockID, audit: AuditEntry): Promise<boolean>
  /** The newest first. */
  listShares(query: SharesQuery): Promise<SeenShare[]>
  totals(): Promise<Totals>
  /** As of the shares' store: true for one caller of all nodes until `until` has passed. */
  takeLease(lease: { name: string; now: number; until: number }): Promise<boolean>
  endLease(lease: { name: string; until: number }): Promise<void>
  /** Tells what this process has added to the audit, once it is committed. Contract: `listener` must not throw. */
  onAudit(listener: (rows: readonly AuditRow[]) => void): void
}

/** Whom a block is of: a network, a token's id, or what shares have as their creator. */
export interface BlockID {
  kind: "address" | "token" | "creator"
  value: string
}

export interface BlockRow extends BlockID {
  /** Told to whoever is blocked. */
  reason: string | undefined
  /** Milliseconds since the epoch. */
  createdAt: number
}

export interface SharesQuery {
  /** The only one that is meant. */
  shareID?: string | undefined
  /** An id, or a part of a title. */
  search?: string | undefined
  creator?: string | undefined
  tokenID?: string | undefined
  state?: SeenShare["state"] | undefined
  /** The last that was seen. */
  before?: { createdAt: number; shareID: string } | undefined
  limit: number
}

/** A share as the operator sees it. Times are milliseconds since the epoch. */
export interface SeenShare {
  id: string
  title: string | undefined
  state: "active" | "revoked" | "expired"
  door: "native" | "direct"
  encrypted: boolean
  visibility: Visibility
  expiresAt: number | undefined
  /** Times that it was opened, as far as that has been noted. */
  views: number
  creator: string | undefined
  tokenID: string | undefined
  /** As stored. */
  bytes: number
  createdAt: number
  updatedAt: number
  revokedAt: number | undefined
  /** Why it was taken down. */
  reason: string | undefined
}

/** Counts, and bytes as stored. */
export interface Totals {
  shares: Record<SeenShare["state"], number>
  segments: number
  bytes: number
  superseded: number
  deletions: number
}

/** Who may create: kept under the hash of a text that was shown once. Times are milliseconds since the epoch. */
export interface TokenRow {
  id: string
  name: string
  hash: string
  /** What its shares have as their creator. */
  creator: string
  createdAt: number
  revokedAt: number | undefined
  lastUsedAt: number | undefined
}

/** Which entries are wanted; all where nothing is said. Times are milliseconds since the epoch. */
export interface AuditQuery {
  since?: number | undefined
  /** The first that is not wanted any more. */
  until?: number | undefined
  event?: AuditEvent | undefined
  shareID?: string | undefined
}

export interface TrustLog {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
}

/** Clock, randomness and hashes: what `Machine` of shares/ports.ts is, too. */
export interface TrustMachine {
  now(): number
  randomBytes(count: number): Uint8Array<ArrayBuffer>
  /** SHA-256 in base64url. */
  hash(text: string): string
  /** Compares without telling by its time where they differ. */
  equal(a: string, b: string): boolean
}
