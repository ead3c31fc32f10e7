import { createHash } from "node:crypto"
import { brotliCompressSync, brotliDecompressSync, constants } from "node:zlib"
import type { Item } from "../src/protocol/item.ts"
import type {
  DeleteAnswer,
  ManifestAnswer,
  PassAnswer,
  PresignAnswer,
  ReserveAnswer,
  SegmentTicketAnswer,
} from "../src/protocol/routes.ts"
import { createNativeClient } from "./native-client.ts"

/** A segment ready to be put, as a client of the direct door makes it. */
export interface Packed {
  body: Buffer<ArrayBuffer>
  bytes: number
  sha256: string
  items: number
  contentBytes: number
}

export function pack(items: readonly Item[]): Packed {
  return packText(items.map((item) => `${JSON.stringify(item)}\n`).join(""), items.length)
}

export function packText(text: string, items: number): Packed {
  const body = brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } })
  const sha256 = createHash("sha256").update(body).digest("hex")
  return {
    body: Buffer.from(body),
    bytes: body.length,
    sha256,
    items,
    contentBytes: Buffer.byteLength(text),
  }
}

export function unpack(body: Uint8Array): Item[] {
  return brotliDecompressSync(body)
    .toString()
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))
}

/** The calls of the direct door. Answers come with their status, never as errors. */
export function createDirectClient(url: string, headers: Record<string, string> = {}) {
  const client = createNativeClient(url, headers)
  const withSecret = (secret: string) => createNativeClient(url, { "x-share-secret": secret })
  return {
    call: client.call,
    reserve: (body: unknown) => client.call<ReserveAnswer>("POST", "/api/share/presign", body),
    presign: (id: string, secret: string, body?: unknown) =>
      withSecret(secret).call<PresignAnswer>("POST", `/api/share/${id}/presign`, body),
    pass: (id: string, secret: string, body: unknown) =>
      withSecret(secret).call<PassAnswer>("POST", `/api/share/${id}/deltas`, body),
    recover: (body: unknown) => client.call<ReserveAnswer>("POST", "/api/share/recover", body),
    manifest: (id: string, secret: string) =>
      withSecret(secret).call<ManifestAnswer>("GET", `/api/share/${id}/segments`),
    remove: (id: string, secret: string) =>
      withSecret(secret).call<DeleteAnswer>("DELETE", `/api/share/${id}`),
    async segment(id: string, secret: string, segment: string): Promise<Buffer> {
      const response = await fetch(`${url}/api/share/${id}/segments/${segment}`, {
        headers: { "x-share-secret": secret },
      })
      if (!response.ok) throw new Error(`segment ${segment}: ${response.status}`)
      return Buffer.from(await response.arrayBuffer())
    },
  }
}

/** Resolves to the status. */
export async function put(
  ticket: Pick<SegmentTicketAnswer, "url" | "headers">,
  body: string | Buffer<ArrayBuffer>,
): Promise<number> {
  const response = await fetch(ticket.url, { method: "PUT", headers: ticket.headers, body })
  await response.text()
  return response.status
}

/** What a commit says of a segment that was put by this ticket. */
export function claimOf(ticket: Pick<SegmentTicketAnswer, "segment">, packed: Packed) {
  const { bytes, sha256, items, contentBytes } = packed
  return { segment: ticket.segment, bytes, sha256, items, contentBytes }
}

export function wishOf({ bytes, sha256 }: Packed) {
  return { bytes, sha256 }
}
