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
  createSession(session: SessionRow): Promise<void>
  findSession(hash: string): Promise<SessionRow | undefined>
  endSession(hash: string): Promise<void>
  endSessions(kind: SessionKind): Promise<void>
  createEntry(entry: EntryRow): Promise<void>
  /** For one caller of all nodes: whoever gets it has used it up. */
  takeEntry(hash: string): Promise<EntryRow | undefined>
  /** Deletes sessions and entries that have expired by a time. */
  forgetExpired(now: number): Promise<void>
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
