import { randomUUID } from "node:crypto"
import { createSealer, type Head, type SealedSegment, type Sealer } from "../src/encryption/sealer.ts"
import { newKeyText, withKey } from "../src/encryption/share-key.ts"
import type { Item } from "../src/protocol/item.ts"
import type { ManifestAnswer } from "../src/protocol/routes.ts"
import { createDirectClient, put } from "./direct-client.ts"

/** An encrypted share and its author, who has put everything that is in it. */
export interface EncryptedShare {
  id: string
  sessionID: string
  secret: string
  keyText: string
  /** With the key. */
  link: string
  sealer: Sealer
  /** The author's memory of what the share is. */
  state: { revision: number; epoch: number; segments: string[]; redactions: number }
  /** Seals and puts a segment. Resolves to what a commit says of it. */
  upload(items: readonly Item[]): Promise<SegmentClaim>
  /** The head of the share as it would be with these segments. */
  headOf(changes: Partial<Head>): Promise<string>
  /** One commit, as a good client makes it. Throws when it is refused. */
  sync(items: readonly Item[], head?: Partial<Head>): Promise<void>
  /** Replaces all segments by one that holds these items. */
  merge(items: readonly Item[]): Promise<void>
  /** Resolves to the status. */
  pass(body: unknown): Promise<number>
  remove(): Promise<number>
}

export interface SegmentClaim extends Omit<SealedSegment, "body"> {
  segment: string
}

export function linesOf(items: readonly Item[]): string[] {
  return items.map((item) => JSON.stringify(item))
}

export async function createEncryptedShare(url: string, sessionID: string): Promise<EncryptedShare> {
  const client = createDirectClient(url)
  const { status, body } = await client.reserve({ sessionId: sessionID, encrypted: true, tickets: [] })
  if (status !== 200) throw new Error(`reserve: ${status} ${JSON.stringify(body)}`)
  const { shareId: id, secret } = body
  const keyText = newKeyText()
  const sealer = await createSealer(id, keyText)
  const { revision, epoch } = body
  const state: EncryptedShare["state"] = { revision, epoch, segments: [], redactions: 0 }

  const headOf: EncryptedShare["headOf"] = (changes) =>
    sealer.sealHead({
      v: 1,
      revision: state.revision,
      segments: state.segments,
      title: "A sealed session",
      directory: "/home/dev/sealed",
      sessionID,
      messageCount: 1,
      partCount: 1,
      diffCount: 0,
      modelCount: 0,
      updatedAt: 1_700_000_000_000,
      ...changes,
    })

  const upload: EncryptedShare["upload"] = async (items) => {
    const { body: bytes, ...sealed } = await sealer.sealSegment(linesOf(items))
    const wish = { bytes: sealed.bytes, sha256: sealed.sha256 }
    const { body: answer } = await client.presign(id, secret, { tickets: [wish] })
    const [ticket] = answer.tickets ?? []
    if (!ticket) throw new Error(`no ticket: ${JSON.stringify(answer)}`)
    const stored = await put(ticket, Buffer.from(bytes))
    if (stored !== 200) throw new Error(`put: ${stored}`)
    return { segment: ticket.segment, ...sealed }
  }

  return {
    id,
    sessionID,
    secret,
    keyText,
    link: withKey(body.url, keyText),
    sealer,
    state,
    upload,
    headOf,
    async sync(items, head = {}) {
      const claim = await upload(items)
      const { revision: after, epoch, redactions } = state
      const next = { revision: after + 1, segments: [...state.segments, claim.segment] }
      const went = { after, epoch, ...(redactions > 0 && { redactions }) }
      const commit = { segments: [claim], ...went, head: await headOf({ ...next, ...head }) }
      const answer = await client.presign(id, secret, { commit })
      if (answer.status !== 200) throw new Error(`commit: ${JSON.stringify(answer)}`)
      Object.assign(state, next)
    },
    async merge(items) {
      const segment = await upload(items)
      const { revision: after, epoch, segments: replaces, redactions } = state
      const next = { revision: after, segments: [segment.segment] }
      const went = { after, epoch, ...(redactions > 0 && { redactions }) }
      const merge = { replaces, segment, ...went, head: await headOf(next) }
      const answer = await client.presign(id, secret, { merge })
      if (answer.status !== 200) throw new Error(`merge: ${JSON.stringify(answer)}`)
      Object.assign(state, { ...next, epoch: epoch + 1 })
    },
    async pass(body) {
      const response = await fetch(`${url}/api/share/${id}/deltas`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-share-secret": secret },
        body: JSON.stringify(body),
      })
      await response.text()
      return response.status
    },
    remove: async () => (await client.remove(id, secret)).status,
  }
}

/** What anybody with the link gets, without a secret. */
export async function readManifest(url: string, id: string): Promise<ManifestAnswer> {
  const response = await fetch(`${url}/api/share/${id}/segments`)
  if (!response.ok) throw new Error(`manifest: ${response.status}`)
  return (await response.json()) as ManifestAnswer
}

export async function readSegment(url: string, id: string, segment: string): Promise<Uint8Array> {
  const response = await fetch(`${url}/api/share/${id}/segments/${segment}`)
  if (!response.ok) throw new Error(`segment: ${response.status}`)
  return new Uint8Array(await response.arrayBuffer())
}

/** A name such as segments have, of nothing. */
export function inventedName(): string {
  return `${randomUUID()}.${"0".repeat(64)}`
}
