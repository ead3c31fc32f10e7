import { createHash } from "node:crypto"
import { type Item, itemKey } from "../../src/protocol/item.ts"
import { mergeItems } from "../../src/protocol/merge.ts"
import type { PresignAnswer } from "../../src/protocol/routes.ts"
import { claimOf, createDirectClient, pack, packText, put, unpack, wishOf } from "../../test/direct-client.ts"
import { type Answer, createNativeClient } from "../../test/native-client.ts"
import { Refused } from "./refused.ts"

/** One session's share, and what tells it. All of it throws {@link Refused}. */
export interface Voice {
  shareID: string
  /** Resolves when it is durable. `onSend` is told the revision that it will make, and not called when it makes none. */
  sync(items: readonly Item[], onSend: (revision: number) => void): Promise<Sent>
  remove(): Promise<void>
}

export interface Sent {
  /** Whether anything of it was new. */
  changed: boolean
  /** Of what was sent, as items. */
  bytes: number
}

export interface VoiceOptions {
  url: string
  sessionID: string
  token: string | undefined
}

export const VOICES = { native: nativeVoice, direct: directVoice }

/** OpenCode's own door: it resends what did not change, and the server sees to it. */
async function nativeVoice({ url, sessionID, token }: VoiceOptions): Promise<Voice> {
  const client = createNativeClient(url, bearer(token))
  const { id, secret } = taken("create", await client.create(sessionID))
  const news = createNews(sessionID)
  let revision = 0
  return {
    shareID: id,
    async sync(items, onSend) {
      const fresh = news.of(items)
      const changed = fresh.size > 0
      if (changed) onSend(revision + 1)
      const body = JSON.stringify({ secret, data: items })
      taken("sync", await client.call("POST", `/api/share/${id}/sync`, body))
      news.told(fresh)
      if (changed) revision++
      return { changed, bytes: Buffer.byteLength(body) }
    },
    async remove() {
      taken("remove", await client.remove(id, secret))
    },
  }
}

/** The plugin's door: what is new goes into the store, past the API, and its client merges. */
async function directVoice({ url, sessionID, token }: VoiceOptions): Promise<Voice> {
  const client = createDirectClient(url, bearer(token))
  const made = taken("create", await client.reserve({ sessionId: sessionID, tickets: [] }))
  const { shareId: id, secret } = made
  const news = createNews(sessionID)
  let { revision } = made
  const presign = async (body: unknown) => taken("sync", await client.presign(id, secret, body))

  async function store(packed: ReturnType<typeof pack>) {
    const [ticket] = (await presign({ tickets: [wishOf(packed)] })).tickets
    const status = ticket === undefined ? 0 : await put(ticket, packed.body)
    if (ticket === undefined || status !== 200) throw new Refused("upload", status)
    return claimOf(ticket, packed)
  }

  async function merge(replaces: readonly string[]): Promise<PresignAnswer | undefined> {
    const { epoch, segments } = taken("manifest", await client.manifest(id, secret))
    const held = await Promise.all(
      replaces.map(async (segment) => unpack(await client.segment(id, secret, segment))),
    )
    const fromTheStart = segments[0]?.segment === replaces[0]
    const lines: string[] = []
    async function* read() {
      yield* held
    }
    for await (const line of mergeItems(read, { rootSessionID: sessionID, fromTheStart })) lines.push(line)
    const segment = await store(packText(lines.map((line) => `${line}\n`).join(""), lines.length))
    return presign({ merge: { replaces, epoch, segment } })
  }

  return {
    shareID: id,
    async sync(items, onSend) {
      const fresh = news.of(items)
      if (fresh.size === 0) return { changed: false, bytes: 0 }
      onSend(revision + 1)
      const packed = pack([...fresh.keys()])
      const segment = await store(packed)
      let answer: PresignAnswer | undefined = await presign({ commit: { segments: [segment] }, tickets: [] })
      revision = answer.revision
      news.told(fresh)
      while (answer && answer.merge.length > 0) answer = await merge(answer.merge)
      return { changed: true, bytes: packed.contentBytes }
    },
    async remove() {
      taken("remove", await client.remove(id, secret))
    },
  }
}

/** What of a session is not as it was last told. Remembers a hash an item. */
function createNews(sessionID: string) {
  const known = new Map<string, string>()
  return {
    /** With their hashes. */
    of(items: readonly Item[]): Map<Item, string> {
      const hashed = items.map(
        (item) => [item, createHash("sha1").update(JSON.stringify(item)).digest("base64")] as const,
      )
      return new Map(hashed.filter(([item, hash]) => known.get(itemKey(item, sessionID)) !== hash))
    },
    told(fresh: ReadonlyMap<Item, string>): void {
      for (const [item, hash] of fresh) known.set(itemKey(item, sessionID), hash)
    },
  }
}

function bearer(token: string | undefined): Record<string, string> {
  return token === undefined ? {} : { authorization: `Bearer ${token}` }
}

function taken<T>(what: string, { status, body }: Answer<T>): Answer<T>["body"] {
  if (status !== 200) throw new Refused(what, status, body.error?.message)
  return body
}
