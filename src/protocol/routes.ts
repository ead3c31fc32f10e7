import * as z from "zod/mini"
import { splitCapability } from "./capability.ts"
import type { ErrorCode } from "./errors.ts"
import { OPENCODE_ID, SHARE_ID } from "./ids.ts"
import { itemSchema } from "./item.ts"
import { LIMITS } from "./limits.ts"
import { MOST_RULES_AT_ONCE, redactionWish, ruleID } from "./redaction-rule.ts"
import { VISIBILITIES } from "./visibility.ts"
import "./zod-messages.ts"

/**
 * Every route of the API, once: client and server take paths, bodies and answers from here, and `/api/doc` is made
 * of it. Schemas parse what comes from outside; answers are described for readers of the OpenAPI document.
 */

const secret = z.string().check(z.minLength(1), z.maxLength(256))
const sessionID = z.string().check(z.regex(OPENCODE_ID, "must be a session id such as ses_…"))

export const shareParams = z.object({
  id: z.string().check(z.regex(SHARE_ID, "must be 8 to 64 letters, digits, '_' or '-'")),
})

export const createBody = z.object({ sessionID })
export type CreateBody = z.infer<typeof createBody>

export const createAnswer = z.object({
  id: z.string(),
  url: z.string(),
  /** Shown this once; the server keeps only its hash. */
  secret: z.string(),
})
export type CreateAnswer = z.infer<typeof createAnswer>

/** The sync body as a whole, for the documentation: the server reads it as a stream (protocol/sync-body.ts). */
export const syncBody = z.object({ secret, data: z.array(itemSchema) })
export const syncAnswer = z.object({})

export const deleteBody = z.object({ secret })

export const receiptSchema = z.object({
  shareID: z.string(),
  revokedAt: z.string(),
  /** Stored objects deleted, and their bytes in storage. */
  objects: z.number(),
  bytes: z.number(),
  /** When everything that was there had been deleted. */
  clearedAt: z.optional(z.string()),
  /** True when a listing of the store has shown that nothing is left, and nothing can come any more. */
  final: z.boolean(),
  /** While it is not: from when on it can be. */
  finalFrom: z.optional(z.string()),
  finishedAt: z.optional(z.string()),
})
/** What a deletion deleted. Times are ISO 8601, sizes are bytes as stored. */
export type Receipt = z.infer<typeof receiptSchema>

export const deleteAnswer = z.object({ ok: z.literal(true), receipt: receiptSchema })
export type DeleteAnswer = z.infer<typeof deleteAnswer>

export const dataQuery = z.object({ session: z.optional(sessionID) })
/** The revision that a page shows when it first connects. */
export const watchQuery = z.object({
  revision: z.optional(z.string().check(z.regex(/^\d{1,15}$/, "must be a revision"))),
})
/** How a share is told in another form than its page; what the ends of a range may be, says viewer/range.ts. */
export const formatQuery = z.object({
  from: z.optional(z.string()),
  to: z.optional(z.string()),
  tools: z.optional(z.enum(["none", "summary", "full"])),
})

/** What of a share its page shows. An unknown `show` is as none. */
export const pageQuery = z.object({
  show: z.optional(z.string()),
  from: z.optional(z.string()),
  to: z.optional(z.string()),
})

/** What is searched for on a page of its own; without `q` it asks. */
export const searchQuery = z.object({ q: z.optional(z.string().check(z.maxLength(LIMITS.searchChars))) })

/** The path of the one file whose changes are asked for, as the page of all changes names it. */
export const changesQuery = z.object({ file: z.optional(z.string()) })

export const itemsAnswer = z.array(itemSchema)

export const metadataAnswer = z.object({
  id: z.string(),
  sessionID: z.string(),
  title: z.optional(z.string()),
  /** The project's folder. */
  directory: z.optional(z.string()),
  /** Of the root session, as are the counts behind it. */
  messageCount: z.number(),
  partCount: z.number(),
  /** Changed files. */
  diffCount: z.number(),
  modelCount: z.number(),
  /** Commits, or versions seen of a plain object. */
  syncCount: z.number(),
  createdAt: z.string(),
  lastUpdated: z.string(),
  revision: z.number(),
  /** Who watches at this moment, on all nodes. */
  viewers: z.number(),
  visibility: z.enum(VISIBILITIES),
  /** Undefined: when it is revoked. */
  expiresAt: z.optional(z.string()),
  /** The server cannot read it: title, folder and counts are not known here. */
  encrypted: z.optional(z.literal(true)),
})
export type MetadataAnswer = z.infer<typeof metadataAnswer>

const count = z.int().check(z.gte(0), z.lte(1e9))
const size = z.int().check(z.gte(1), z.lte(LIMITS.segmentBytes))
const sha256 = z.string().check(z.regex(/^[0-9a-f]{64}$/, "must be a SHA-256 in lower-case hex"))
const segmentID = z
  .string()
  .check(z.regex(/^[0-9a-f-]{36}\.[0-9a-f]{64}$/, "must be a segment's name, as its ticket says it"))

/** A segment that is ready: newline-delimited JSON in Brotli, one item a line. */
export const segmentWish = z.object({
  /** As it will be put. */
  bytes: size,
  sha256,
})

/** The same once it is put. */
export const uploadedSegment = z.object({
  segment: segmentID,
  bytes: size,
  sha256,
  /** Lines. */
  items: z.int().check(z.gte(1), z.lte(1e9)),
  /** Uncompressed, line ends included. */
  contentBytes: z.int().check(z.gte(1), z.lte(2 ** 34)),
})

const MOST_SEGMENTS = 16
const segmentWishes = z.array(segmentWish).check(z.maxLength(MOST_SEGMENTS))
const text = z.optional(z.string().check(z.maxLength(4096)))

/** What a client says of the whole share, since nobody reads what it puts. */
export const metadataClaim = z.object({
  title: text,
  directory: text,
  messageCount: count,
  partCount: count,
  diffCount: count,
  modelCount: count,
})

const secretHeader = z.string({ error: "must be the share's secret" }).check(z.minLength(1), z.maxLength(256))
export const shareSecretHeader = z.object({ "x-share-secret": secretHeader })

/** Where a page of a list ended. */
const listPlace = z.string().check(z.regex(/^\d{1,15}_[A-Za-z0-9_-]{8,64}$/, "must be what was said as next"))

/** Base64url without padding, its unused bits 0: one spelling for one value. */
const base64url = (bytes: 32 | 64, what: string) =>
  z
    .string()
    .check(
      z.regex(
        bytes === 32 ? /^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/ : /^[A-Za-z0-9_-]{85}[AQgw]$/,
        `must be ${what}: ${bytes} bytes in base64url`,
      ),
    )

/** Who asks, and that it is they: what is signed is `ownerStatement` (protocol/owner.ts). */
export const ownerProof = z.object({
  key: base64url(32, "an Ed25519 public key"),
  /** When it was signed, in milliseconds since the epoch. */
  at: z.int().check(z.gte(0)),
  signature: base64url(64, "an Ed25519 signature"),
})
export type OwnerProof = z.infer<typeof ownerProof>

const ownID = z.string().check(
  z.regex(SHARE_ID, "must be 8 to 64 letters, digits, '_' or '-'"),
  z.refine(
    (id) => splitCapability(id).capability === undefined,
    "must not end in '_' and 22 letters or digits: so do addresses that open a share",
  ),
)

/** Who may see a share, and for how long. */
const accessFields = {
  visibility: z.optional(z.enum(VISIBILITIES, { error: "must be unlisted, public, password or private" })),
  /** Makes it a share that asks for it. */
  password: z.optional(
    z
      .string()
      .check(
        z.minLength(8, "must have 8 characters or more"),
        z.maxLength(1024, "must have 1,024 characters or less"),
      ),
  ),
  /** Such as `1h`, `7d`, `2030-12-31` or `never` (protocol/expiry.ts). */
  expires: z.optional(z.string().check(z.maxLength(64))),
}
/** What is to be another than it is. */
export const accessBody = z.strictObject(accessFields)

export const accessAnswer = z.object({
  visibility: z.enum(VISIBILITIES),
  /** Undefined: when it is revoked. */
  expiresAt: z.optional(z.string()),
  url: z.string(),
  /** What `opencode import` takes. Of a share that not everybody with the link may see, it opens it: keep it secret. */
  importUrl: z.string(),
})
export type AccessAnswer = z.infer<typeof accessAnswer>

export const unlockBody = z.object({ password: z.string().check(z.minLength(1), z.maxLength(1024)) })
export const unlockAnswer = z.object({
  /** Opens the share, as `{id}_{capability}` in the place of its id, until who may see it changes. */
  capability: z.string(),
  /** Its link with that in it, as `opencode import` takes it. */
  url: z.string(),
})
export type UnlockAnswer = z.infer<typeof unlockAnswer>

export const reserveBody = z.strictObject({
  ...accessFields,
  /** An id of the client's own; without it one is made. */
  shareId: z.optional(ownID),
  sessionId: sessionID,
  /** For clients that upload segments, may be empty. Without it: a URL for the plain form. */
  tickets: z.optional(segmentWishes),
  /** What is uploaded will be sealed (docs/encryption.md). Fixed with the creation, as is the form: segments. */
  encrypted: z.optional(z.literal(true)),
  /** Makes the share its owner's, from whatever address it is asked for. */
  owner: z.optional(ownerProof),
})

/** Shares that are asked for by their secrets at once. */
export const MOST_HELD = 500

/** Who asks for shares of theirs: by the key that owns them, by single shares' secrets, or both. */
export const holderBody = z.object({
  owner: z.optional(ownerProof),
  shares: z.optional(z.array(z.object({ id: shareParams.shape.id, secret })).check(z.maxLength(MOST_HELD))),
  /** Of a list: what the answer before said as `next`. */
  after: z.optional(listPlace),
})
export type HolderBody = z.infer<typeof holderBody>

export const ownedSharesAnswer = z.object({
  /** The newest first. */
  shares: z.array(
    z.object({
      id: z.string(),
      url: z.string(),
      sessionID: z.string(),
      title: z.optional(z.string()),
      visibility: z.enum(VISIBILITIES),
      expiresAt: z.optional(z.string()),
      createdAt: z.string(),
      updatedAt: z.string(),
      messageCount: z.number(),
      /** As stored, without what merges have replaced. */
      bytes: z.number(),
      /** Pages that were opened, up to half a minute ago. */
      views: z.number(),
      /** Who watches at this moment. */
      viewers: z.number(),
      encrypted: z.optional(z.literal(true)),
    }),
  ),
  /** Where there are more: what `after` takes. */
  next: z.optional(z.string()),
})
export type OwnedSharesAnswer = z.infer<typeof ownedSharesAnswer>

/** A link that lets one browser in, once, within ten minutes. */
export const entryAnswer = z.object({ url: z.string() })
export type EntryAnswer = z.infer<typeof entryAnswer>

export const publicListQuery = z.object({
  /** Words of titles, all of which it must have. */
  q: z.optional(z.string().check(z.maxLength(LIMITS.searchChars))),
  after: z.optional(listPlace),
})

export const publicListAnswer = z.object({
  /** The newest first. */
  sessions: z.array(
    z.object({
      id: z.string(),
      url: z.string(),
      title: z.optional(z.string()),
      messageCount: z.number(),
      partCount: z.number(),
      createdAt: z.string(),
      updatedAt: z.string(),
    }),
  ),
  next: z.optional(z.string()),
})
export type PublicListAnswer = z.infer<typeof publicListAnswer>

export const recoverBody = z.object({
  sessionId: sessionID,
  owner: ownerProof,
  /** One that is sealed, for those who have its key; else one that is not. */
  encrypted: z.optional(z.literal(true)),
})

const ticketFields = {
  method: z.literal("PUT"),
  /** To be sent as they are. */
  headers: z.record(z.string(), z.string()),
  expiresAt: z.string(),
}
/** How one segment is uploaded, and the name that it is committed by. */
export const segmentTicket = z.object({ segment: z.string(), url: z.string(), ...ticketFields })
export type SegmentTicketAnswer = z.infer<typeof segmentTicket>

const plainTicket = {
  /** Where the one ShareData object is put, any number of times until it expires. */
  presignedUrl: z.optional(z.string()),
  method: z.optional(ticketFields.method),
  headers: z.optional(ticketFields.headers),
  expiresAt: z.optional(z.string()),
}

/** Something sealed, in base64url. */
const sealedText = (most: number) =>
  z.string().check(z.minLength(1), z.maxLength(most), z.regex(/^[A-Za-z0-9_-]+$/, "must be base64url"))

/** What every change of an encrypted share says beside itself, and none of another. */
const sealedChange = {
  /** The revision that the change goes by: 409 when the share is at another. */
  after: z.optional(count),
  /** The sealed head of the share as it is behind the change, in base64url. */
  head: z.optional(sealedText(LIMITS.headChars)),
  /** Of how many rules of its owner's what is in the segments is clean: 409 when there are more. None unless said. */
  redactions: z.optional(count),
}

export const presignBody = z.object({
  commit: z.optional(
    z.object({
      segments: z.array(uploadedSegment).check(z.minLength(1), z.maxLength(MOST_SEGMENTS)),
      /** Not of an encrypted share: there it stands in the head. */
      metadata: z.optional(metadataClaim),
      ...sealedChange,
      /** Of an encrypted share: the epoch that the head's list goes by. */
      epoch: z.optional(count),
    }),
  ),
  merge: z.optional(
    z.object({
      ...sealedChange,
      /** Neighbours in the manifest, in its order. */
      replaces: z.array(segmentID).check(z.minLength(1), z.maxLength(256)),
      epoch: count,
      segment: uploadedSegment,
    }),
  ),
  tickets: z.optional(segmentWishes),
})

export const presignAnswer = z.object({
  ...plainTicket,
  revision: z.number(),
  epoch: z.number(),
  tickets: z.array(segmentTicket),
  /** Segments that are to be merged next, in order; none: nothing to do. */
  merge: z.array(z.string()),
  /** Who watches at this moment, on all nodes: while nobody does, passing text need not be sent. */
  viewers: z.number(),
  /** How many rules its owner took things out of the share by, when there are any: they are to be gone by from now on. */
  redactions: z.optional(z.number()),
})
export type PresignAnswer = z.infer<typeof presignAnswer>

export const reserveAnswer = z.extend(presignAnswer, {
  shareId: z.string(),
  url: z.string(),
  /** Shown this once, as is the other; the server keeps only their hashes. */
  secret: z.string(),
  /** Opens nothing but the deletion, for those who must not be able to write. */
  deleteSecret: z.string(),
  /** A server from before there was a choice does not say it: everybody with the link sees the share. */
  visibility: z.optional(z.enum(VISIBILITIES)),
  /** Absent: when it is revoked. */
  expiresAt: z.optional(z.string()),
})
export type ReserveAnswer = z.infer<typeof reserveAnswer>

/** A piece of text that is being written (protocol/passing.ts). */
export const textDelta = z.object({
  sessionID,
  messageID: z.string().check(z.regex(OPENCODE_ID, "must be a message's id")),
  partID: z.string().check(z.regex(OPENCODE_ID, "must be a part's id")),
  field: z.literal("text"),
  /** Where `text` begins in the part's text, in UTF-16 code units. */
  from: z.int().check(z.gte(0), z.lte(LIMITS.itemBytes)),
  text: z.string().check(z.minLength(1)),
})

export const passBody = z.object({
  deltas: z.optional(z.array(textDelta).check(z.maxLength(64))),
  /** Of an encrypted share: the same for those who have its key. It is handed on as it is. */
  sealed: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]+$/, "must be base64url"))),
})

export const passAnswer = z.object({
  /** Who watches at this moment, on all nodes. */
  viewers: z.number(),
})
export type PassAnswer = z.infer<typeof passAnswer>

export const redactBody = z.object({
  rules: z.array(redactionWish).check(z.minLength(1), z.maxLength(MOST_RULES_AT_ONCE)),
})

/** The same of an encrypted share, which its owner's browser has read, and sealed anew. */
export const redactSealedBody = z.object({
  rules: z
    .array(
      z.object({
        id: ruleID,
        /** The rule with its id, by the share's key (docs/encryption.md). */
        sealed: sealedText(LIMITS.sealedRuleChars),
        /** In all stored versions of items. */
        occurrences: count,
      }),
    )
    .check(
      z.minLength(1),
      z.maxLength(MOST_RULES_AT_ONCE),
      z.refine((rules) => new Set(rules.map(({ id }) => id)).size === rules.length, "must have each id once"),
    ),
  /** Versions in which something was found. */
  items: count,
  /** In the place of all that there are. */
  segments: z.array(uploadedSegment).check(
    z.minLength(1),
    z.maxLength(MOST_SEGMENTS),
    z.refine(
      (segments) => new Set(segments.map(({ segment }) => segment)).size === segments.length,
      "must name each segment once",
    ),
  ),
  /** The revision and epoch of the list that was read: 409 when the share is at another. */
  after: count,
  epoch: count,
  /** Of the share as it then is: its revision is `after` and the number of segments. */
  head: sealedText(LIMITS.headChars),
})

export type RedactSealedBody = z.infer<typeof redactSealedBody>

export const putSealedAnswer = z.object({})

export const redactionReceipt = z.object({
  rules: z.number(),
  /** Places in stored versions of items, and those versions. */
  occurrences: z.number(),
  items: z.number(),
  /** Segments that were written anew. */
  segments: z.number(),
  /** Stored objects that held it, or might have, and are deleted. */
  objectsDeleted: z.number(),
  /** From which on nothing of it is shown. */
  revision: z.number(),
  at: z.string(),
  /** Nothing that is stored holds it any more, and nothing can come that was put before. */
  final: z.boolean(),
})
export type RedactionReceipt = z.infer<typeof redactionReceipt>

export const redactAnswer = z.object({ receipt: redactionReceipt })
export type RedactAnswer = z.infer<typeof redactAnswer>

/** With texts, for the client that is to go by the rules; else without what they name. */
export const redactionsQuery = z.object({ texts: z.optional(z.literal("1")) })

export const redactionsAnswer = z.object({
  redactions: z.array(
    z.object({
      id: z.string(),
      /** Not of an encrypted share: it stands in what is sealed. */
      kind: z.optional(z.enum(["text", "part", "message"])),
      createdAt: z.string(),
      occurrences: z.number(),
      rule: z.optional(redactionWish),
      /** Of an encrypted share, in the place of `rule`: for who has its key. */
      sealed: z.optional(z.string()),
    }),
  ),
  /** Something that they name may still be stored; it is shown to nobody. */
  pending: z.boolean(),
})
export type RedactionsAnswer = z.infer<typeof redactionsAnswer>

export const manifestAnswer = z.object({
  revision: z.number(),
  epoch: z.number(),
  /** Of an encrypted share, from its first commit on: what the list below is to be held against. */
  head: z.optional(z.string()),
  segments: z.array(
    z.object({
      segment: z.string(),
      firstRevision: z.number(),
      lastRevision: z.number(),
      items: z.number(),
      bytes: z.number(),
      contentBytes: z.number(),
    }),
  ),
})
export type ManifestAnswer = z.infer<typeof manifestAnswer>

export const segmentParams = z.extend(shareParams, { segment: segmentID })

export const shareDataAnswer = z.object({
  shareId: z.string(),
  sessionId: z.string(),
  createdAt: z.string(),
  updatedAt: z.string(),
  session: z.optional(z.looseObject({ id: z.string() })),
  messages: z.array(z.object({ info: z.looseObject({}), parts: z.array(z.looseObject({})) })),
  diffs: z.array(z.unknown()),
  models: z.array(z.unknown()),
})

export const healthAnswer = z.object({ ok: z.literal(true), version: z.string() })
export const probeAnswer = z.object({ ok: z.literal(true) })

export interface Route {
  method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE"
  /** Hono's spelling: `:id`. */
  path: string
  summary: string
  params?: z.core.$ZodType
  query?: z.core.$ZodType
  headers?: z.core.$ZodType
  body?: z.core.$ZodType
  /** Whether the body may be left out. */
  bodyOptional?: true
  /** The body is bytes, in the place of JSON. */
  bytes?: true
  /** JSON of a schema, or a media type. */
  answer: z.core.$ZodType | "text/event-stream" | "application/x-ndjson"
  errors: readonly ErrorCode[]
  /** Who may call it: anyone with the link, the holder of a secret, of a create token, or of the admin token. */
  auth: "none" | "secret" | "create" | "admin"
}

const HELD = [
  "invalid_json",
  "invalid_request",
  "forbidden",
  "not_found",
  "too_large",
  "unsupported_media_type",
  "rate_limited",
  "unavailable",
] as const

export const ROUTES = {
  createShare: {
    method: "POST",
    path: "/api/share",
    summary: "Create a share for a session. OpenCode calls this on /share.",
    body: createBody,
    answer: createAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "unauthorized",
      "forbidden",
      "too_large",
      "quota_exceeded",
      "unsupported_media_type",
      "rate_limited",
      "unavailable",
    ],
    auth: "create",
  },
  syncShare: {
    method: "POST",
    path: "/api/share/:id/sync",
    summary: "Append items: one commit, and one revision, unless nothing changed.",
    params: shareParams,
    body: syncBody,
    answer: syncAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "not_found",
      "conflict",
      "gone",
      "too_large",
      "quota_exceeded",
      "unsupported_media_type",
      "rate_limited",
      "unavailable",
    ],
    auth: "secret",
  },
  reserveShare: {
    method: "POST",
    path: "/api/share/presign",
    summary: "Create a share whose content is put straight into the store, and say where.",
    body: reserveBody,
    answer: reserveAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "unauthorized",
      "forbidden",
      "conflict",
      "too_large",
      "quota_exceeded",
      "unsupported_media_type",
      "rate_limited",
      "unavailable",
    ],
    auth: "create",
  },
  presignShare: {
    method: "POST",
    path: "/api/share/:id/presign",
    summary: "Commit what was put, and say where more is put. Without a body: where the plain object is put.",
    params: shareParams,
    headers: shareSecretHeader,
    body: presignBody,
    bodyOptional: true,
    answer: presignAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "not_found",
      "conflict",
      "gone",
      "too_large",
      "quota_exceeded",
      "unsupported_media_type",
      "rate_limited",
      "unavailable",
    ],
    auth: "secret",
  },
  recoverShare: {
    method: "POST",
    path: "/api/share/recover",
    summary:
      "New secrets for the newest share that its owner has of a session. The old ones open nothing more.",
    body: recoverBody,
    answer: reserveAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "unauthorized",
      "forbidden",
      "not_found",
      "too_large",
      "quota_exceeded",
      "unsupported_media_type",
      "rate_limited",
      "unavailable",
    ],
    auth: "create",
  },
  passDeltas: {
    method: "POST",
    path: "/api/share/:id/deltas",
    summary: "Text while it is being written, for those who watch. It is handed on and stored nowhere.",
    params: shareParams,
    headers: shareSecretHeader,
    body: passBody,
    answer: passAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "not_found",
      "conflict",
      "gone",
      "too_large",
      "unsupported_media_type",
      "rate_limited",
      "unavailable",
    ],
    auth: "secret",
  },
  redactShare: {
    method: "POST",
    path: "/api/share/:id/redact",
    summary:
      "Take something out of what is stored, and of all that comes later. What was taken out cannot be put back.",
    params: shareParams,
    headers: shareSecretHeader,
    body: redactBody,
    answer: redactAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "not_found",
      "conflict",
      "gone",
      "too_large",
      "unsupported_media_type",
      "rate_limited",
      "unavailable",
    ],
    auth: "secret",
  },
  redactSealedShare: {
    method: "POST",
    path: "/api/share/:id/redact/sealed",
    summary:
      "The same of an encrypted share, whose owner's browser has taken it out: the segments take the place of all that there are. In a session of the owner's page it takes that page's token, as x-form-token, in the place of the secret.",
    params: shareParams,
    headers: z.partial(shareSecretHeader),
    body: redactSealedBody,
    answer: redactAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "forbidden",
      "not_found",
      "conflict",
      "gone",
      "too_large",
      "quota_exceeded",
      "unsupported_media_type",
      "rate_limited",
      "unavailable",
    ],
    auth: "secret",
  },
  putSealedSegment: {
    method: "PUT",
    path: "/api/share/:id/segments/:segment",
    summary:
      "Put a sealed segment for that, as bytes whose SHA-256 stands in its name, which is the client's own. For who cannot reach the store; others use tickets.",
    params: segmentParams,
    headers: z.partial(shareSecretHeader),
    bytes: true,
    answer: putSealedAnswer,
    errors: [
      "invalid_request",
      "forbidden",
      "not_found",
      "conflict",
      "gone",
      "too_large",
      "quota_exceeded",
      "rate_limited",
      "unavailable",
    ],
    auth: "secret",
  },
  readRedactions: {
    method: "GET",
    path: "/api/share/:id/redactions",
    summary: "The rules by which things were taken out of a share. There is no way to take a rule back.",
    params: shareParams,
    query: redactionsQuery,
    headers: shareSecretHeader,
    answer: redactionsAnswer,
    errors: ["invalid_request", "not_found", "gone", "rate_limited", "unavailable"],
    auth: "secret",
  },
  readShareManifest: {
    method: "GET",
    path: "/api/share/:id/segments",
    summary:
      "The segments of a share, for the client that merges them. Those of an encrypted share are for everybody with the link, without the secret.",
    params: shareParams,
    headers: z.partial(shareSecretHeader),
    answer: manifestAnswer,
    errors: [
      "invalid_request",
      "password_required",
      "not_found",
      "conflict",
      "gone",
      "rate_limited",
      "unavailable",
    ],
    auth: "secret",
  },
  readShareSegment: {
    method: "GET",
    path: "/api/share/:id/segments/:segment",
    summary:
      "One segment as it is stored: newline-delimited JSON in Brotli or, of an encrypted share and without the secret, sealed.",
    params: segmentParams,
    headers: z.partial(shareSecretHeader),
    answer: "application/x-ndjson",
    errors: [
      "invalid_request",
      "password_required",
      "not_found",
      "conflict",
      "gone",
      "rate_limited",
      "unavailable",
    ],
    auth: "secret",
  },
  readShare: {
    method: "GET",
    path: "/api/share/:id",
    summary: "The root session in one JSON, as the plain form stores it.",
    params: shareParams,
    answer: shareDataAnswer,
    errors: ["password_required", "not_found", "gone", "unreadable", "rate_limited", "unavailable"],
    auth: "none",
  },
  readShareData: {
    method: "GET",
    path: "/api/share/:id/data",
    summary: "The root session's items in their last versions, as `opencode import` reads them.",
    params: shareParams,
    query: dataQuery,
    answer: itemsAnswer,
    errors: [
      "invalid_request",
      "password_required",
      "not_found",
      "gone",
      "unreadable",
      "rate_limited",
      "unavailable",
    ],
    auth: "none",
  },
  deleteShare: {
    method: "DELETE",
    path: "/api/share/:id",
    summary:
      "Revoke a share and delete everything stored for it. The same answer when repeated. The secret stands in the body or in X-Share-Secret.",
    params: shareParams,
    headers: z.partial(shareSecretHeader),
    body: deleteBody,
    answer: deleteAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "not_found",
      "gone",
      "too_large",
      "unsupported_media_type",
      "rate_limited",
      "unavailable",
    ],
    auth: "secret",
  },
  listOwnedShares: {
    method: "POST",
    path: "/api/owner/shares",
    summary: "The active shares of whoever holds an owner's key or shares' secrets, the newest first.",
    body: holderBody,
    answer: ownedSharesAnswer,
    errors: HELD,
    auth: "secret",
  },
  enterAsOwner: {
    method: "POST",
    path: "/api/owner/entry",
    summary: "A link that opens the page of these shares in one browser, once, within ten minutes.",
    body: holderBody,
    answer: entryAnswer,
    errors: HELD,
    auth: "secret",
  },
  listPublicShares: {
    method: "GET",
    path: "/api/sessions",
    summary: "Public shares, the newest first, where this server keeps a list.",
    query: publicListQuery,
    answer: publicListAnswer,
    errors: ["invalid_request", "not_found", "rate_limited", "unavailable"],
    auth: "none",
  },
  changeShare: {
    method: "PATCH",
    path: "/api/share/:id",
    summary: "Change who may see a share, and for how long. It takes effect at once, for open pages too.",
    params: shareParams,
    headers: shareSecretHeader,
    body: accessBody,
    answer: accessAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "not_found",
      "conflict",
      "gone",
      "too_large",
      "unsupported_media_type",
      "rate_limited",
      "unavailable",
    ],
    auth: "secret",
  },
  unlockShare: {
    method: "POST",
    path: "/api/share/:id/unlock",
    summary: "What opens a share that asks for a password, for its password.",
    params: shareParams,
    body: unlockBody,
    answer: unlockAnswer,
    errors: [
      "invalid_json",
      "invalid_request",
      "forbidden",
      "not_found",
      "conflict",
      "gone",
      "too_large",
      "unsupported_media_type",
      "rate_limited",
      "unavailable",
    ],
    auth: "none",
  },
  readShareMetadata: {
    method: "GET",
    path: "/api/share/:id/metadata",
    summary: "What the share is, without its content.",
    params: shareParams,
    answer: metadataAnswer,
    errors: [
      "invalid_request",
      "password_required",
      "not_found",
      "gone",
      "unreadable",
      "rate_limited",
      "unavailable",
    ],
    auth: "none",
  },
  watchShare: {
    method: "GET",
    path: "/api/share/:id/events",
    summary:
      "Server-sent events that keep an open page in step. `Last-Event-ID` is the revision the page shows.",
    params: shareParams,
    query: watchQuery,
    answer: "text/event-stream",
    errors: [
      "invalid_request",
      "password_required",
      "not_found",
      "gone",
      "unreadable",
      "rate_limited",
      "unavailable",
    ],
    auth: "none",
  },
  health: {
    method: "GET",
    path: "/api/health",
    summary: "Whether the server answers.",
    answer: healthAnswer,
    errors: [],
    auth: "none",
  },
  live: {
    method: "GET",
    path: "/api/health/live",
    summary: "Whether the process answers, whatever becomes of database and storage.",
    answer: probeAnswer,
    errors: [],
    auth: "none",
  },
  ready: {
    method: "GET",
    path: "/api/health/ready",
    summary:
      "Whether the server can serve. Otherwise the message names what it lacks: database, schema, storage or stopping.",
    answer: probeAnswer,
    errors: ["unavailable"],
    auth: "none",
  },
} as const satisfies Record<string, Route>

export type RouteName = keyof typeof ROUTES

/** Fills a route's parameters: `routePath("readShareData", {id})` → `/api/share/abc…/data`. */
export function routePath(name: RouteName, params: Record<string, string> = {}): string {
  return pathOf(ROUTES[name], params)
}

export function pathOf({ path }: Pick<Route, "path">, params: Record<string, string>): string {
  return path.replace(/:(\w+)/g, (_, key: string) => encodeURIComponent(params[key] ?? ""))
}
