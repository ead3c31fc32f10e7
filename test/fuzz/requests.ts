import { gzipSync } from "node:zlib"
import type { SegmentTicketAnswer } from "../../src/protocol/routes.ts"
import { claimOf, type Packed, packText, wishOf } from "../direct-client.ts"
import { createOwner } from "../owner.ts"
import type { Action, SecretKind, Spoil } from "./actions.ts"
import type { WireRequest } from "./wire.ts"

/** A share that the server has made, and what its client remembers. */
export interface KnownShare {
  id: string
  sessionID: string
  secret: string
  deleteSecret: string
  encrypted: boolean
  /** What was asked for and may be put or committed. */
  uploads: { ticket: SegmentTicketAnswer; packed: Packed }[]
  /** Packed, and asked for next. */
  wishes: Packed[]
  /** Where the plain object is put. */
  presignedUrl: string | undefined
}

const owner = createOwner()

function secretOf(share: KnownShare, kind: SecretKind, other: KnownShare): string | undefined {
  const secrets = {
    right: share.secret,
    wrong: "w".repeat(32),
    delete: share.deleteSecret,
    other: other.secret,
    none: undefined,
  }
  return secrets[kind]
}

type Structured = Exclude<Action, { do: "raw" }>

/** What a creation was for, to be remembered when it is answered. */
export interface About {
  sessionID: string
  packed: Packed | undefined
}

/** The request that an action comes to, among the shares that there are. */
export function requestOf(
  action: Structured,
  shares: readonly KnownShare[],
  url: string,
): { request: WireRequest; about: About | undefined } {
  const share = shares[action.share % shares.length]
  const other = shares[(action.share + 1) % shares.length]
  if (!share || !other) throw new Error("there are no shares yet")
  const secret = secretOf(share, action.secret, other)
  const plan = plans[action.do](action as never, share, secret, url)
  const { method, path, body, type = "application/json", raw } = plan
  const changed = "change" in action && action.change ? change(body, action.change) : body
  const bytes = raw ?? (changed === undefined ? undefined : Buffer.from(JSON.stringify(changed) ?? ""))
  const { bytes: sent, headers } = spoiled(bytes, action.spoil)
  const request: WireRequest = {
    method,
    path,
    body: sent,
    chunked: action.chunked,
    headers: [
      ...(sent === undefined ? [] : [["content-type", type] as const]),
      ...(secret === undefined ? [] : [["x-share-secret", secret] as const]),
      ...headers,
      ...action.headers
        .filter(([name]) => !FRAMING.has(name.toLowerCase()))
        .map(([name, value]) => [name, oneLine(value)] as const),
    ],
  }
  return { request, about: plan.about }
}

/** Where a message ends must be clear here; whoever lies about that is among the raw ones. */
const FRAMING = new Set(["content-length", "transfer-encoding", "host", "connection", "expect", "upgrade"])

function oneLine(value: string): string {
  return value.replace(/[\r\n]+/g, " ")
}

interface Plan {
  method: string
  path: string
  body?: unknown
  raw?: Buffer
  type?: string
  about?: About
}

const plans: {
  [Name in Structured["do"]]: (
    action: Extract<Structured, { do: Name }>,
    share: KnownShare,
    secret: string | undefined,
    url: string,
  ) => Plan
} = {
  create() {
    const sessionID = freshSession()
    return {
      method: "POST",
      path: "/api/share",
      body: { sessionID },
      about: { sessionID, packed: undefined },
    }
  },
  reserve({ plain, encrypted, ownID, items }, _, __, baseUrl) {
    const sessionID = freshSession()
    const packed = packLines(items, sessionID)
    const shareId = ownID ? `own-${sessionID.slice(4)}` : undefined
    return {
      method: "POST",
      path: "/api/share/presign",
      about: { sessionID, packed },
      body: {
        sessionId: sessionID,
        ...(shareId && { shareId }),
        ...(!plain && { tickets: packed ? [wishOf(packed)] : [] }),
        ...(encrypted && { encrypted: true }),
        ...(ownID && { owner: owner.prove({ action: "create", baseUrl, sessionID, shareID: shareId }) }),
      },
    }
  },
  sync: ({ items }, { id, sessionID }, secret) => ({
    method: "POST",
    path: `/api/share/${id}/sync`,
    body: { secret, data: named(items, sessionID) },
  }),
  presign({ items }, share) {
    const packed = packLines(items, share.sessionID)
    if (packed) share.wishes = [packed]
    return {
      method: "POST",
      path: `/api/share/${share.id}/presign`,
      body: { tickets: share.wishes.map(wishOf) },
    }
  },
  put({ body }, { uploads, presignedUrl, sessionID }) {
    const upload = uploads.at(-1)
    const at = upload?.ticket.url ?? presignedUrl
    if (at === undefined) return { method: "PUT", path: "/api/upload/nothing", raw: Buffer.from(body ?? []) }
    const { pathname, search } = new URL(at)
    const plain = Buffer.from(JSON.stringify({ session: { id: sessionID }, messages: [] }))
    const raw = body ? Buffer.from(body) : (upload?.packed.body ?? plain)
    const type = upload?.ticket.headers["content-type"] ?? "application/json"
    return { method: "PUT", path: `${pathname}${search}`, raw, type }
  },
  commit(_, { id, uploads, encrypted }) {
    const segments = uploads.slice(-16).map(({ ticket, packed }) => claimOf(ticket, packed))
    const sealed = encrypted ? { after: 0, epoch: 0, head: "AAAA" } : {}
    return {
      method: "POST",
      path: `/api/share/${id}/presign`,
      body: { commit: { segments, ...sealed }, tickets: [] },
    }
  },
  pass: ({ text, from }, { id, sessionID }) => ({
    method: "POST",
    path: `/api/share/${id}/deltas`,
    body: { deltas: [{ sessionID, messageID: "msg_1", partID: "prt_1", field: "text", from, text }] },
  }),
  delete: (_, { id }, secret) => ({ method: "DELETE", path: `/api/share/${id}`, body: { secret } }),
  ask({ method, path, body }, { id, uploads }) {
    const segment = uploads.at(-1)?.ticket.segment ?? "none"
    const at = path.replaceAll("{id}", id).replaceAll("{segment}", segment)
    return { method, path: at, ...(body !== undefined && { body }) }
  },
}

let sessions = 0
function freshSession(): string {
  return `ses_fuzz${process.pid}x${++sessions}`
}

function named(items: readonly unknown[], sessionID: string): unknown {
  return JSON.parse(JSON.stringify(items).replaceAll("{session}", sessionID))
}

function packLines(items: readonly unknown[], sessionID: string): Packed | undefined {
  const lines = (named(items, sessionID) as unknown[]).map((item) => `${JSON.stringify(item)}\n`)
  return lines.length === 0 ? undefined : packText(lines.join(""), lines.length)
}

function change(body: unknown, { field, value }: { field: string; value: unknown }): unknown {
  if (typeof body !== "object" || body === null) return value
  const made: Record<string, unknown> = Object.assign(Object.create(null), body)
  made[field] = value
  return made
}

function spoiled(
  bytes: Buffer | undefined,
  spoil: Spoil | undefined,
): { bytes: Buffer | undefined; headers: [string, string][] } {
  if (bytes === undefined || spoil === undefined) return { bytes, headers: [] }
  const bodies: Record<Spoil, () => Buffer> = {
    cut: () => bytes.subarray(0, Math.floor(bytes.length / 2)),
    doubled: () => Buffer.concat([bytes, bytes]),
    bom: () => Buffer.concat([Buffer.from("\ufeff"), bytes]),
    utf16: () => Buffer.from(bytes.toString(), "utf16le"),
    bytes: () =>
      Buffer.concat([
        bytes.subarray(0, 10),
        Buffer.from([0xff, 0xc0, 0x00, 0xed, 0xa0, 0x80]),
        bytes.subarray(10),
      ]),
    nested: () => Buffer.from("[".repeat(5_000)),
    gzip: () => gzipSync(bytes),
    proto: () =>
      Buffer.from(
        bytes
          .toString()
          .replace("{", '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},'),
      ),
    empty: () => Buffer.alloc(0),
  }
  return { bytes: bodies[spoil](), headers: spoil === "gzip" ? [["content-encoding", "gzip"]] : [] }
}
