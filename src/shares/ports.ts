/**
 * What the shares room needs from the world. Drivers stand in storage/ (and host/, for the machine's own things);
 * every port has one contract suite in test/contracts/ that each driver passes.
 */

export type ShareState = "active" | "revoked" | "expired"

/** `log`: segments in order. `plain`: one ShareData object. Fixed by the first write. */
export type ShareForm = "log" | "plain"

/** Times are milliseconds since the epoch. */
export interface ShareRow {
  id: string
  /** Absent once the share is revoked: a tombstone says nothing of what it was. */
  sessionID: string | undefined
  state: ShareState
  form: ShareForm | undefined
  /** +1 per commit; 0 before the first sync. */
  revision: number
  createdAt: number
  updatedAt: number
  revokedAt: number | undefined
}

export interface NewShare {
  id: string
  sessionID: string
  secretHash: string
  /** Who created it: a token's or an address's hash. Shares of one creator can supersede each other. */
  creator: string
  /** Hash of the address that asked. */
  address: string
  createdAt: number
}

/** One immutable object of the log. Manifest order is the order of `position`. */
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
}

export type NewSegment = Omit<SegmentRow, "firstRevision" | "lastRevision">

/** What a deletion has to do, and has done. */
export interface DeletionRow {
  shareID: string
  revokedAt: number
  /** Counted from a listing before anything is deleted, so that a crash cannot lose the count. */
  listed: { objects: number; bytes: number } | undefined
  finishedAt: number | undefined
}

export interface MetaStore {
  createShare(share: NewShare): Promise<void>
  findShare(id: string): Promise<ShareRow | undefined>
  /** The newest active share without a sync that the same creator made for the session since then. */
  findUnsynced(query: {
    sessionID: string
    creator: string
    address: string
    since: number
  }): Promise<ShareRow | undefined>
  addSecret(secret: { shareID: string; hash: string; createdAt: number }): Promise<void>
  secretHashes(shareID: string): Promise<string[]>
  /**
   * Adds a segment to the manifest and raises the revision, in one transaction. The first commit keeps the secret
   * that made it and drops the share's others. Resolves to the new revision, or to undefined when the share is not
   * active or the secret no longer its own (the caller's object then belongs to nobody).
   */
  commit(commit: {
    shareID: string
    segment: NewSegment
    secretHash: string
    at: number
  }): Promise<number | undefined>
  /** Segments that hold revisions above `after`, in manifest order. */
  segments(shareID: string, after?: number): Promise<SegmentRow[]>
  /**
   * Marks an active share revoked, and with it every active share that its creator made for the same session
   * before it; forgets what they were; and notes a deletion for each: all in one transaction. Resolves to the ids
   * that it revoked, none when the share was not active.
   */
  revoke(shareID: string, at: number): Promise<string[]>
  findDeletion(shareID: string): Promise<DeletionRow | undefined>
  unfinishedDeletions(): Promise<DeletionRow[]>
  recordListing(shareID: string, listed: { objects: number; bytes: number }): Promise<void>
  finishDeletion(shareID: string, at: number): Promise<void>
  close(): Promise<void>
}

export interface BlobInfo {
  key: string
  /** Bytes as stored. */
  size: number
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
  head(key: string): Promise<BlobInfo | undefined>
  /** Deleting what is not there is no error. */
  delete(key: string): Promise<void>
  list(prefix: string): AsyncIterable<BlobInfo>
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

/** What nodes and open pages are told about a share. Content never travels here. */
export interface ShareNews {
  shareID: string
  revision: number
  state: ShareState
}

/**
 * Brings news of a share to whoever subscribed to it, on every node. Whoever keeps something read by a share's row
 * subscribes first and reads then; what was committed while a node heard nothing is told when it hears again.
 */
export interface Notifier {
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
  compress(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
  decompress(source: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array>
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
