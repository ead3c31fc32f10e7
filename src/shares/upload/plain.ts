import { gone } from "../../protocol/errors.ts"
import type { Item } from "../../protocol/item.ts"
import { formatBytes, LIMITS } from "../../protocol/limits.ts"
import { readShareData, unreadable } from "../../protocol/share-data.ts"
import { hasMoreValues } from "../../protocol/weight.ts"
import { type ActiveShare, requireActive } from "../active.ts"
import { createPauses } from "../pauses.ts"
import { createRecent } from "../recent.ts"
import type { RulesOf } from "../redact/rules.ts"
import { plainKey } from "../segment.ts"
import type { SharesDeps } from "../shares.ts"
import { LATE_UPLOAD_MS } from "../upload-times.ts"

/** The object may change at any time while a ticket lives, so whoever reads looks; but no more often than this. */
const LOOK_EVERY_MS = 1_000

/** Of all time, at most one part in so many goes into reading one share. */
const LOOK_SHARE = 10

/** Shares of which it is remembered when somebody looked, and what that took. */
const REMEMBERED = 10_000

export interface PlainForm {
  /** The share as it is now. Raises its revision when the object is another than the row says. Throws `gone`. */
  look(share: ActiveShare): Promise<ActiveShare>
  /** What the object says, without what its owner took out. Throws `unreadable`. */
  read(share: ActiveShare): Promise<Item[]>
  /** As `look`, however lately somebody looked. */
  see(share: ActiveShare): Promise<ActiveShare>
  /** The object as it is stored. Throws `unreadable`, `gone`. */
  readJson(share: ActiveShare): Promise<unknown>
}

/** The form of clients that know no segments: one ShareData object, put by presigned URL without telling anybody. */
export function createPlainForm(
  deps: SharesDeps & {
    rulesOf: RulesOf
    /** Told of each new version of a share that something was taken out of. Must not throw. */
    behind(shareID: string): void
  },
): PlainForm {
  const { meta, blobs, machine, notifier, rulesOf } = deps
  const looks = createRecent<{ generation: number; at: number }>(REMEMBERED)
  const looking = new Map<string, Promise<ActiveShare>>()
  /** What the last reading of a share took. Milliseconds. */
  const costs = createRecent<number>(REMEMBERED)

  async function lookNow(share: ActiveShare): Promise<ActiveShare> {
    const at = machine.now()
    const found = await blobs.head(plainKey(share))
    looks.set(share.id, { generation: share.generation, at })
    if (!found || found.version === share.plain?.version) return share
    const seen = await meta.seePlain({
      shareID: share.id,
      generation: share.generation,
      version: found.version,
      bytes: found.size,
      after: share.plain?.version,
      at,
    })
    if (!seen) throw gone()
    notifier.publish({ shareID: seen.id, revision: seen.revision, state: "active" })
    if (seen.redactions > 0) deps.behind(seen.id)
    return requireActive(seen)
  }

  async function readJson(share: ActiveShare): Promise<unknown> {
    if (share.plain && share.plain.bytes > LIMITS.plainBytes) throw tooLarge()
    const body = await blobs.get(plainKey(share))
    // Taken away between the look and this.
    if (!body) throw gone()
    const chunks: Uint8Array[] = []
    let size = 0
    for await (const chunk of body) {
      size += chunk.byteLength
      if (size > LIMITS.plainBytes) throw tooLarge()
      chunks.push(chunk)
    }
    return parse(chunks)
  }

  async function readNow(share: ActiveShare): Promise<Item[]> {
    const [rules, json] = [await rulesOf(share), await readJson(share)]
    const items: Item[] = []
    const pause = createPauses()
    for (const item of readShareData(json, share.sessionID)) {
      items.push(rules.redactItem(item).item)
      await pause()
    }
    return items
  }

  return {
    async look(share) {
      if (!mayBePlain(share)) return share
      const last = looks.get(share.id)
      const now = machine.now()
      if (last?.generation === share.generation) {
        // Who uploads something large every second must not keep the server busy with it.
        const wait = Math.max(LOOK_EVERY_MS, LOOK_SHARE * (costs.get(share.id) ?? 0))
        if (now - last.at < wait || isFrozen(share, last.at)) return share
      }
      const name = `${share.id} ${share.generation}`
      const known = looking.get(name)
      if (known) return known
      const look = lookNow(share).finally(() => looking.delete(name))
      looking.set(name, look)
      return look
    },

    see: lookNow,
    readJson,

    async read(share) {
      const began = performance.now()
      try {
        return await readNow(share)
      } finally {
        costs.set(share.id, performance.now() - began)
      }
    },
  }
}

/** Whether the share is, or may yet become, one of the plain form. */
export function mayBePlain(share: ActiveShare): boolean {
  return !share.settled && share.plainUntil !== undefined
}

/** Whether no upload can change the share's content unseen: a look at `at` shows it for good. */
export function isFrozen(share: ActiveShare, at: number): boolean {
  return !mayBePlain(share) || at >= (share.plainUntil ?? 0) + LATE_UPLOAD_MS
}

function parse(chunks: Uint8Array[]): unknown {
  const text = decode(chunks)
  if (hasMoreValues(text, LIMITS.plainValues)) throw unreadable("It has too many values")
  try {
    return JSON.parse(text)
  } catch {
    throw unreadable("It is not JSON")
  }
}

function decode(chunks: Uint8Array[]): string {
  const decoder = new TextDecoder("utf-8", { fatal: true })
  try {
    return chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode()
  } catch {
    throw unreadable("It is not UTF-8")
  }
}

function tooLarge() {
  return unreadable(
    `It is larger than ${formatBytes(LIMITS.plainBytes)}; larger sessions are shared as segments`,
  )
}
