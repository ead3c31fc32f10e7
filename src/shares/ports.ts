import type { AuditNote } from "../protocol/audit.ts"
import type { Passing } from "../protocol/passing.ts"
import type { Visibility } from "../protocol/visibility.ts"

/**
 * What the shares room needs from the world. Drivers stand in storage/ (and host/, for the machine's own things);
 * every port has one contract suite in test/contracts/ that each driver passes.
 */

export type ShareState = "active" | "revoked" | "expired"

/** `log`: segments in order. `plain`: one ShareData object. Fixed by the first write. */
export type ShareForm = "log" | "plain"

/** By which way content comes in: through the API, or straight to the store. Fixed at creation. */
export type ShareDoor = "native" | "direct"

/** What a secret opens. `delete` is for those who may take a share away and must not be able to write to it. */
export type SecretScope = "write" | "delete"

/** What a share says of itself beside its content. Counts are those of the root session. */
export interface ShareMetadata {
  title: string | undefined
  directory: string | undefined
  messages: number
  parts: number
  diffs: number
  models: number
}

/** Times are milliseconds since the epoch. */
export interface ShareRow {
  id: string
  /** Absent once the share is revoked: a tombstone says nothing of what it was. */
  sessionID: string | undefined
  state: ShareState
  door: ShareDoor
  form: ShareForm | undefined
  /** +1 each time the id is given again after a removal. Nothing stored or kept of one is of any use to another. */
  generation: number
  /** +1 per segment committed, or version of the plain object seen; 0 before the first. It never goes back. */
  revision: number
  /** +1 whenever segments are replaced by others. */
  epoch: number
  syncs: number
  metadata: ShareMetadata
  /** Who created it, where that still matters. */
  creator: string | undefined
  /** The token that it was created with, while it is not revoked. */
  tokenID: string | undefined
  createdAt: number
  updatedAt: number
  revokedAt: number | undefined
  /** Why the operator took it down, where they did: shown to whoever opens the link. */
  revokedReason: string | undefined
  /** Whether its client brought the id. */
  ownID: boolean
  /** Whether what its client uploads is sealed, so that nobody reads it here. */
  encrypted: boolean
  /** Of an encrypted share: what its client says of it as it is, sealed, in base64url. */
  head: string | undefined
  /** How many rules its owner took things out of it by. */
  redactions: number
  /** The revision that the newest of them made; 0 without. What was told of earlier ones may hold what was taken out. */
  redactedTo: number
  /** When the last ticket that was given out expires. */
  ticketsUntil: number | undefined
  /** The same of tickets for the plain object. */
  plainUntil: number | undefined
  /** The plain object as last seen. */
  plain: { version: string; bytes: number } | undefined
  visibility: Visibility
  /** Of a share that asks for one: as it was stretched. */
  password: string | undefined
  /** +1 whenever who may see it, or for how long, has changed. */
  access: number
  /** From then on it is as good as revoked; undefined: when it is revoked. */
  expiresAt: number | undefined
  /** Pages that were opened, and when the first one was. */
  views: number
  firstViewedAt: number | undefined
  /** What its manifest names, or the plain object as last seen, comes to as stored. 0 once it is revoked. */
  storedBytes: number
}

export interface NewShare {
  id: string
  sessionID: string
  door: ShareDoor
  secrets: readonly { hash: string; scope: SecretScope }[]
  /** Who created it: a token's or an address's hash. Shares of one creator can supersede each other. */
  creator: string
  /** Hash of the address that asked. */
  address: string
  /** The token that it is created with, where one is needed. */
  tokenID?: string | undefined
  /** Whether its client brought the id; it did not unless said. */
  ownID?: boolean
  /** It is not unless said. */
  encrypted?: boolean
  createdAt: number
  /** Recorded with it, when it is made. */
  audit?: AuditNote
  /** Whoever has the link may see it until it is revoked, unless said. */
  access?: ShareAccess | undefined
}

/** Who may see a share, and for how long. */
export interface ShareAccess {
  visibility: Visibility
  /** Stretched; of a share that asks for one, and of no other. */
  password: string | undefined
  /** Undefined: until it is revoked. */
  expiresAt: number | undefined
}

/** Views of one share that were counted since they were last noted. */
export interface CountedViews {
  shareID: string
  generation: number
  views: number
  /** When the first of them was. */
  at: number
}

/** Where a page of a list ends: what is older comes next. */
export interface ListPlace {
  createdAt: number
  id: string
}

/** One immutable object of the log. Manifest order is the order of `firstRevision`. */
export interface SegmentRow {
  id: string
  objectKey: string
  /** The revisions that it holds: one, until segments are merged. */
  firstRevision: number
  lastRevision: number
  items: number
  /** As stored, compressed. */
  bytes: number
  /** Uncompressed: what reading it takes. */
  contentBytes: number
  createdAt: number
  /** So many of the share's rules, from the first on, are known to find nothing in it any more. */
  redactions: number
}

/** Redactions: those that its items went by; none unless said. */
export type NewSegment = Omit<SegmentRow, "firstRevision" | "lastRevision" | "redactions"> & {
  redactions?: number
}

/** What a manifest may come to. */
export interface ManifestLimits {
  /** Of all segments, uncompressed. */
  contentBytes: number
  segments: number
}

/** What active shares may come to as stored. Bytes; 0 is no limit. */
export interface Quotas {
  /** All of one creator. */
  ownerBytes: number
  totalBytes: number
}

/** So many bytes more of a creator's. */
export interface StoredGrowth {
  creator: string
  bytes: number
  quotas: Quotas
  at: number
}

export type QuotaExcess = "owner_quota" | "total_quota"

/** Which of the limits a change would have gone beyond. */
export type Excess = "too_large" | "too_many" | QuotaExcess

/** What a change of an encrypted share goes by, and the head that it makes true. */
export interface SealedChange {
  revision: number
  epoch: number
  head: string
}

export interface Commit {
  shareID: string
  /** In order. One that the share already has, or had until it was merged, is left out. */
  segments: readonly NewSegment[]
  secretHash: string
  at: number
  /** What the share then says of itself; unchanged when undefined. */
  metadata: ShareMetadata | undefined
  /** Held to when given. */
  limits?: ManifestLimits
  /** Held to when given. */
  quotas?: Quotas | undefined
  /** Given: refused as `moved` when the share is at another revision or epoch, and the head is kept otherwise. */
  sealed?: SealedChange | undefined
  /** Given: refused as `moved` when the share has another number of rules than what comes went by. */
  redactions?: number
}

export interface Merge {
  shareID: string
  /** Ids of neighbours in the manifest, in its order. */
  replaces: readonly string[]
  /** The share's epoch that the caller went by. */
  epoch: number
  segment: NewSegment
  /** Undefined for the server's own. */
  secretHash: string | undefined
  at: number
  /** Held to when given; a merge that makes the share no larger always may. */
  limits?: ManifestLimits
  /** The same. */
  quotas?: Quotas | undefined
  /** As with a commit, but that nothing is done, and said, as when the epoch is another. */
  sealed?: SealedChange | undefined
  /** The same, when the share has another number of rules than what is in the segment went by. */
  redactions?: number | undefined
}

/** What a deletion has to do, and has done: one a generation of a share. */
export interface DeletionRow {
  shareID: string
  generation: number
  revokedAt: number
  /** Counted from a listing before anything is deleted, so that a crash cannot lose the count. */
  listed: { objects: number; bytes: number } | undefined
  /** Keys of the listed objects, until all of them are known to be deleted. */
  pending: readonly string[] | undefined
  /** When the last ticket expires that could still bring an object. */
  ticketsUntil: number | undefined
  /** When everything that was there had been deleted. */
  clearedAt: number | undefined
  finishedAt: number | undefined
}

/** A rule by which something was taken out of a share, and what that came to. */
export interface RedactionRow extends Omit<Tally, "occurrences"> {
  id: string
  /** Sealed by the instance's keys or, of an encrypted share, by its own: it names what nobody is to see. */
  rule: string
  createdAt: number
  occurrences: number
}

/** What one rewriting has found and done. */
export interface Tally {
  /** By the id of the rule. */
  occurrences: ReadonlyMap<string, number>
  /** Stored versions of items in which something was found, and segments that hold them. */
  items: number
  segments: number
  /** Objects that are to be deleted for it. */
  objects: number
}

export interface SegmentRewrite {
  shareID: string
  generation: number
  segmentID: string
  /** By so many of the share's rules. */
  redactions: number
  /** Undefined: they found nothing. */
  by: NewSegment | undefined
  tally: Tally
}

/** What owners take out of what is stored. */
export interface RedactionStore {
  /**
   * Adds rules and raises the revision by one, in one transaction: from then on every reader goes by them. Rules whose
   * ids the share has are left out. Title and folder are redacted by `redact`, which is pure. Objects that merges have
   * replaced are due for deletion at once, then and from then on. `audit` is recorded with it, and says how many rules
   * were added. Resolves to the share as it then is; `too_many` when it would have more than `most`; undefined when it is
   * not active, its time is over, or the secret is not its own.
   */
  addRedactions(request: {
    shareID: string
    generation: number
    /** Undefined for an owner who is known by other means. */
    secretHash: string | undefined
    rules: readonly { id: string; rule: string }[]
    most: number
    at: number
    redact(text: string): string
    audit?: AuditNote
  }): Promise<ShareRow | "too_many" | undefined>
  /**
   * The same of an encrypted share, whose owner's browser has taken it out of everything already: adds the rules and puts
   * the segments in the place of all that there are, in one transaction. The revision goes up by their number, the epoch by
   * one, and every object before is due for deletion at once. With all the rules there already it does nothing. Resolves
   * to the share as it then is; `moved` when it is at another revision or epoch than `sealed` says; otherwise as above.
   */
  redactSealed(request: {
    shareID: string
    generation: number
    secretHash: string | undefined
    /** Occurrences: as the browser has counted them. */
    rules: readonly { id: string; sealed: string; occurrences: number }[]
    most: number
    at: number
    /** One at least. */
    segments: readonly NewSegment[]
    sealed: SealedChange
    /** Stored versions of items in which something was found, as the browser has counted them. */
    items: number
    limits: ManifestLimits
    quotas?: Quotas | undefined
    audit?: AuditNote
  }): Promise<ShareRow | "moved" | "too_many_rules" | Excess | undefined>
  /** In the order that they came in. */
  redactions(shareID: string, generation: number): Promise<RedactionRow[]>
  /**
   * Notes that a segment holds nothing more that these rules find and, where another was made of it, puts that in its
   * place and makes the object due for deletion at once. False, and nothing done, when it has left the manifest.
   */
  redactSegment(rewrite: SegmentRewrite): Promise<boolean>
  /** The same of the plain object, when it is still of this version. */
  redactPlain(rewrite: {
    shareID: string
    generation: number
    version: string
    redactions: number
    by: { version: string; bytes: number } | undefined
    tally: Tally
  }): Promise<boolean>
  /** Of all shares or of one: those in which something stored is not known to be without what was taken out. */
  unredacted(shareID?: string): Promise<string[]>
}

/** What a check of everything that is stored asks, and mends. */
export interface IntegrityStore {
  /** Ids of shares, whatever became of them, behind one, in the store's own order. */
  shareIDs(query: { after: string | undefined; limit: number }): Promise<string[]>
  /**
   * Makes a share's row say what its manifest comes to, and the counts that its content has when they are given. False, and
   * nothing done, when it is no longer at the revision, epoch and generation of `was`.
   */
  mendRow(
    was: Pick<ShareRow, "id" | "generation" | "revision" | "epoch">,
    counts: Pick<ShareMetadata, "messages" | "parts" | "diffs" | "models"> | undefined,
  ): Promise<boolean>
  /** How many rows of a manifest, or of what was replaced or taken out, belong to a share that is not active. */
  strayRows(): Promise<number>
  /** Deletes them. Resolves to their number. */
  deleteStrayRows(): Promise<number>
}

export interface MetaStore extends RedactionStore, IntegrityStore {
  /** False when the id is taken, whatever became of its share. */
  createShare(share: NewShare): Promise<boolean>
  /**
   * Gives the id of a share that is revoked, or was never written to, to a new one: the next generation, with the
   * revision going on. Of the old one only its deletion is left (noted here when it was not yet revoked). False when
   * it is no longer as `was` says: also when a ticket was noted for one that is not revoked.
   */
  reuseShare(
    share: NewShare,
    was: { generation: number; state: ShareState; ticketsUntil?: number | undefined },
  ): Promise<boolean>
  findShare(id: string): Promise<ShareRow | undefined>
  /** The newest active share of the native door without a sync that the same creator made for the session since then. */
  findUnsynced(query: {
    sessionID: string
    creator: string
    address: string
    since: number
  }): Promise<ShareRow | undefined>
  addSecret(secret: { shareID: string; hash: string; scope: SecretScope; createdAt: number }): Promise<void>
  /** The share's secrets, or the one of them that has this hash. */
  secrets(shareID: string, hash?: string): Promise<{ hash: string; scope: SecretScope }[]>
  /**
   * Changes who may see an active share of this generation, and for how long, and raises its access. Resolves to the
   * share as it then is; undefined, and nothing done, when it is not active, or when it is at another access than `was`
   * says.
   */
  setAccess(change: {
    shareID: string
    generation: number
    was: number
    access: ShareAccess
    at: number
    /** What is recorded of it. */
    audit?: readonly AuditNote[]
  }): Promise<ShareRow | undefined>
  /** Active shares whose time is over, the longest over first. */
  overdue(now: number, limit: number): Promise<DeletionID[]>
  /** Adds to what shares were viewed. Of those that are gone nothing is noted. */
  addViews(counted: readonly CountedViews[]): Promise<void>
  /** Active shares that everybody may see, the newest first; of those with a title that has `words` in it. */
  listPublic(query: {
    words: string | undefined
    before: ListPlace | undefined
    now: number
    limit: number
  }): Promise<ShareRow[]>
  /** Active shares of these creators, and these ones, the newest first. */
  listOwned(query: {
    creators: readonly string[]
    shares: readonly DeletionID[]
    before: ListPlace | undefined
    now: number
    limit: number
  }): Promise<ShareRow[]>
  /**
   * Gives the newest active share of the direct door that the creator made for the session, sealed or not as asked, new
   * secrets in the place of all that it had, and raises its access, in one transaction. Undefined, and nothing done, when there is none.
   */
  renewSecrets(request: {
    sessionID: string
    creator: string
    encrypted: boolean
    secrets: NewShare["secrets"]
    at: number
    /** Recorded with it. */
    audit?: AuditNote
  }): Promise<ShareRow | undefined>
  /**
   * Adds segments to the manifest and raises the revision by their number, in one transaction. The first commit
   * keeps the secret that made it and drops the share's others that could write. Resolves to the share's revision,
   * to which limit refuses it, or to undefined when it is not active, not of the log form, or the secret no longer its
   * own (the caller's objects then belong to nobody).
   */
  commit(commit: Commit): Promise<number | Excess | "moved" | undefined>
  /** Segments that hold revisions above `after`, in manifest order. */
  segments(shareID: string, after?: number): Promise<SegmentRow[]>
  /** Which of the segments the share has, or had until a merge that readers may not have noticed yet. */
  knownSegments(shareID: string, segmentIDs: readonly string[]): Promise<string[]>
  /**
   * Puts one segment in the place of its neighbours, in one transaction; the revision stays. False, and nothing
   * done, when one of them has left the manifest, others stand between them, the epoch is another, the share is not
   * active, the share has or had a segment of this id, or the secret is not its own.
   */
  merge(merge: Merge): Promise<boolean | Excess>
  /**
   * Which quota a growth would go beyond. It reserves nothing: of changes at once each is held to what was there before,
   * and what other nodes have taken in may be missing from the total for ten seconds.
   */
  quotaExcess(growth: StoredGrowth): Promise<QuotaExcess | undefined>
  /** Keys of all objects that the share's manifest or a reader under way may need. */
  liveObjects(shareID: string): Promise<Set<string>>
  /** Objects, of one share or of all, that were replaced before a time, the oldest first; 0 for what is due at once. */
  superseded(
    before: number,
    limit: number,
    shareID?: string,
  ): Promise<{ shareID: string; segmentID: string; objectKey: string }[]>
  forgetSuperseded(segment: { shareID: string; segmentID: string }): Promise<void>
  /** Notes, before a ticket is given out, until when it can be used. False when this generation is not active. */
  noteTicket(ticket: { shareID: string; generation: number; until: number; plain: boolean }): Promise<boolean>
  /**
   * Notes that the plain object is another than before, raises the revision by one, and fixes the form. Of several
   * that see the same change one raises it. Resolves to the share as it then is, or to undefined when it is gone.
   */
  seePlain(seen: {
    shareID: string
    generation: number
    version: string
    bytes: number
    /** The version that this one came after. */
    after: string | undefined
    at: number
  }): Promise<ShareRow | undefined>
  /** Notes what the plain object of this version says of itself. */
  describePlain(described: {
    shareID: string
    version: string
    /** So many rules it went by: nothing is noted when the share has others by now. */
    redactions: number
    metadata: ShareMetadata
  }): Promise<void>
  /**
   * Marks an active share revoked, and with it every active share that its creator made for the same session
   * before it; forgets what they were; and notes a deletion for each: all in one transaction. Resolves to the ids
   * that it revoked, none when this generation was not active. `audit` is recorded with it, for each.
   */
  revoke(share: DeletionID & { reason?: string }, at: number, audit?: AuditNote): Promise<string[]>
  /** The same for one share whose time is over at `at`, and for no other: it is then expired. */
  expire(share: DeletionID, at: number, audit?: AuditNote): Promise<string[]>
  /**
   * Gives an active share new secrets in the place of all that it had, and raises its access. Undefined, and nothing done,
   * when this generation is not active.
   */
  replaceSecrets(
    share: DeletionID & {
      secrets: NewShare["secrets"]
      at: number
      audit: AuditNote
    },
  ): Promise<ShareRow | undefined>
  /** Of one generation, or of the newest that has one. */
  findDeletion(shareID: string, generation?: number): Promise<DeletionRow | undefined>
  unfinishedDeletions(): Promise<DeletionRow[]>
  /**
   * Counts objects before they are deleted. False, and nothing noted, when no longer as many are counted as `after`
   * says (undefined: nothing has been): another node was there.
   */
  recordListing(
    deletion: DeletionID,
    listed: { objects: number; bytes: number; pending: readonly string[]; after: number | undefined },
  ): Promise<boolean>
  /** Everything that was there is deleted; `finished`: nothing can come any more. */
  recordCleared(deletion: DeletionID, done: { at: number; finished: boolean }): Promise<void>
  /** True for one caller of all nodes until `until` has passed. */
  takeLease(lease: { name: string; now: number; until: number }): Promise<boolean>
  /** Gives back a lease before its end. Nothing happens when it is another's by now. */
  endLease(lease: { name: string; until: number }): Promise<void>
  /** Deletes leases that ended before a time. */
  forgetLeases(before: number): Promise<void>
  close(): Promise<void>
}

export type DeletionID = Pick<DeletionRow, "shareID" | "generation">

export interface BlobInfo {
  key: string
  /** Bytes as stored. */
  size: number
}

/** What the store says of an object without reading it. */
export interface StoredBlob extends BlobInfo {
  /** Another body under the same key has another one. */
  version: string
  /** When it was put, by the store's clock, to the second. Milliseconds since the epoch. */
  modifiedAt: number
}

/** Objects by key. A key is `[A-Za-z0-9_./-]+`, relative, without `..`; anything else is a TypeError. */
export interface BlobStore {
  /**
   * Stores all that `body` yields, durably: after it resolves, a crash does not lose the object. When `body`
   * throws, nothing is kept and the error passes through.
   */
  put(key: string, body: AsyncIterable<Uint8Array>): Promise<BlobInfo>
  /**
   * Undefined when there is no such object. A body that breaks off throws a StorageError: what ends, is whole.
   * Whoever asks for a body reads it or returns its iterator; until then it holds a connection or a file open.
   */
  get(key: string): Promise<AsyncIterable<Uint8Array> | undefined>
  /** What is there, without reading it. */
  head(key: string): Promise<StoredBlob | undefined>
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>
  list(prefix: string): AsyncIterable<StoredBlob>
  /** Permission for somebody else to upload one object. Made without asking the store, so it costs nothing. */
  ticket(request: TicketRequest): Promise<Ticket>
}

export interface TicketRequest {
  key: string
  contentType: string
  /** Milliseconds since the epoch; whole seconds count. One second to seven days ahead, else a RangeError. */
  expiresAt: number
  /** The one body that the ticket admits, once; without it any body of that type, again and again until it expires. */
  exact?: {
    bytes: number
    /** SHA-256, lower-case hex. */
    sha256: string
  }
}

/** To be used as it is, with a body of a declared length (`content-length`, which HTTP clients send by themselves). */
export interface Ticket {
  method: "PUT"
  url: string
  headers: Record<string, string>
  key: string
  /** Milliseconds since the epoch: from here on the store refuses it. */
  expiresAt: number
}

/** Where tickets lead when the store has no server of its own: the API stands there and asks this. */
export interface UploadDoor {
  /**
   * Stores the body when its ticket admits it, whole or not at all. `body` is read only once the ticket has proven
   * good. Throws a ShareError: `forbidden`, `conflict`, `too_large`, `unsupported_media_type`, `invalid_request`.
   */
  accept(upload: Upload, body: AsyncIterable<Uint8Array>): Promise<void>
}

export interface Upload {
  /** From the path; not trusted. */
  key: string
  query: Readonly<Record<string, string>>
  contentType: string | undefined
  /** Bytes as declared; undefined when the sender did not say. */
  contentLength: number | undefined
}

/** What nodes and open pages are told about a share. Content never travels with it. */
export interface ShareNews {
  shareID: string
  revision: number
  state: ShareState
  /** When that is what has changed: those who may see it may be others now. */
  access?: number
}

/**
 * Brings news of a share to whoever subscribed to it, on every node. Whoever keeps something read by a share's row
 * subscribes first and reads then; what was committed while a node heard nothing is told when it hears again.
 */
export interface Notifier {
  /** Whether there may be other nodes, which hear later than this one, or not at all. */
  readonly shared: boolean
  /** Tells this node's subscribers at once, the other nodes' soon. Only the newest of what waits is sent on. */
  publish(news: ShareNews): void
  /**
   * Returns the function that ends the subscription. News that says nothing new may be left out, and the present
   * state may be told again. Contract: `listener` must not throw.
   */
  subscribe(shareID: string, listener: (news: ShareNews) => void): () => void
  /**
   * True when news of the other nodes arrives: all that was published until a second ago has been told. While it is
   * false, read the row before you answer from memory.
   */
  isFresh(): boolean
  /** Says how many watch a share at this node. The others hear it soon, and forget a node that says nothing more. */
  setViewers(shareID: string, count: number): void
  /** How many watch a share at all nodes, as far as this one has heard. */
  viewers(shareID: string): number
  /**
   * Hands passing text to this node's listeners at once and, where somebody watches at another node, to those there
   * soon. What cannot be handed on now is lost: nothing waits for it, and least of all news.
   */
  pass(shareID: string, passing: Passing): void
  /** Returns the function that stops it. Contract: `listener` must not throw. */
  hear(shareID: string, listener: (passing: Passing) => void): () => void
  /** Sends what still waits, and ends. */
  close(): Promise<void>
}

/** The machine's cryptography and compression, so that this room needs no runtime of its own. */
export interface Machine {
  now(): number
  randomBytes(count: number): Uint8Array<ArrayBuffer>
  /** SHA-256 in base64url. */
  hash(text: string): string
  /** Compares without telling by its time where they differ. */
  equal(a: string, b: string): boolean
  /** What checks a password, and does not tell it: slow to make on purpose. */
  stretch(password: string): Promise<string>
  isStretchOf(password: string, stretched: string): Promise<boolean>
  /** Whether an Ed25519 signature is this key's, of this text. Key and signature in base64url; false for what is none. */
  verify(key: string, text: string, signature: string): boolean
  /** SHA-256 of bytes, in lower-case hex. */
  digest(source: AsyncIterable<Uint8Array>): Promise<string>
  /** The same of bytes that are on their way somewhere: `hex` once, at their end. */
  startDigest(): { add(chunk: Uint8Array): void; hex(): string }
  compress(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  decompress(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
}

/** The instance's own keys, which outlast their replacement by newer ones. */
export interface Keys {
  /** A text's code by each of the keys, in base64url, the newest first. Of one purpose it says nothing for another. */
  macs(purpose: string, text: string): Promise<string[]>
  /** Seals a text by the newest key. */
  seal(purpose: string, text: string): Promise<string>
  /** Undefined when none of the keys has sealed it for this purpose. */
  open(purpose: string, sealed: string): Promise<string | undefined>
}

export interface Log {
  info(fields: object, message: string): void
  warn(fields: object, message: string): void
  error(fields: object, message: string): void
  debug(fields: object, message: string): void
}

/** What a driver throws when the thing it stands on fails. */
export class StorageError extends Error {
  override readonly name = "StorageError"
  /** The port's method, such as `blobs.put`. */
  readonly op: string
  /** True when the same call may succeed later. */
  readonly retryable: boolean

  constructor(op: string, options: { retryable: boolean; cause: unknown }) {
    super(`${op} failed`, { cause: options.cause })
    this.op = op
    this.retryable = options.retryable
  }
}

/** What is limited, each by itself. */
export type BudgetName =
  | "new-shares"
  | "create-requests"
  | "entries"
  | "token-new-shares"
  | "create-requests"
  | "token-create-requests"
  | "views"
  | "syncs"
  | "passes"
  | "share-passes"
  | "passwords"
  | "share-passwords"
  | "admin-failures"

/**
 * How often each key may do something. Windows are fixed: a key's first take begins one, and when it ends everything
 * is free again.
 */
export interface Budget {
  name: BudgetName
  /** Takes a window, 1 or more. */
  limit: number
  /** Milliseconds. */
  windowMs: number
}

/** Where a key stands in its window. */
export interface BudgetState {
  limit: number
  /** What can still be taken in this window. */
  remaining: number
  /** Milliseconds until everything is free again; 0 when nothing is taken. */
  resetAfterMs: number
}

/**
 * Counts takes by key against one budget. Of takes at once exactly as many are allowed as there is room for. Keys are
 * hashes: a limiter stores them as they are. Failures are StorageErrors, all of them retryable.
 */
export interface Limiter {
  readonly budget: Budget
  /** A take that is not allowed takes nothing. */
  take(key: string): Promise<BudgetState & { allowed: boolean }>
  /** Undoes an allowed take of the present window. Where there is nothing to give back, nothing happens. */
  giveBack(key: string): Promise<void>
  peek(key: string): Promise<BudgetState>
}

/** A take that was not allowed, as an error. */
export class LimitReached extends Error {
  override readonly name = "LimitReached"
  readonly budget: Budget
  readonly state: BudgetState

  constructor(budget: Budget, state: BudgetState) {
    super(`${budget.name}: more than ${budget.limit} in ${budget.windowMs} ms`)
    this.budget = budget
    this.state = state
  }
}
