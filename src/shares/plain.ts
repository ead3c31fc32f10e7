import { gone, ShareError } from "../protocol/errors.ts"
import type { Item } from "../protocol/item.ts"
import { formatBytes, LIMITS } from "../protocol/limits.ts"
import { readShareData } from "../protocol/share-data.ts"
import { type ActiveShare, requireActive } from "./active.ts"
import { createRecent } from "./recent.ts"
import { plainKey } from "./segment.ts"
import type { SharesDeps } from "./shares.ts"
import { LATE_UPLOAD_MS } from "./tickets.ts"

/** The object may change at any time while a ticket lives, so whoever reads looks; but no more often than this. */
export const LOOK_EVERY_MS = 1_000

/** Shares of which it is remembered when somebody looked, or that they cannot be read. */
const REMEMBERED = 10_000

export interface PlainForm {
  /** The share as it is now. Raises its revision when the object is another than the row says. Throws `gone`. */
  look(share: ActiveShare): Promise<ActiveShare>
  /** What the object says. Throws `unreadable`. */
  read(share: ActiveShare): Promise<Item[]>
}

/** The form of clients that know no segments: one ShareData object, put by presigned URL without telling anybody. */
export function createPlainForm(deps: SharesDeps): PlainForm {
  const { meta, blobs, machine, notifier } = deps
  const looks = createRecent<{ generation: number; at: number }>(REMEMBERED)
  const looking = new Map<string, Promise<ActiveShare>>()
  const faults = createRecent<{ revision: number; fault: ShareError }>(REMEMBERED)

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
    return requireActive(seen)
  }

  async function readNow(share: ActiveShare): Promise<Item[]> {
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
    return readShareData(parse(chunks), share.sessionID)
  }

  return {
    async look(share) {
      if (!mayBePlain(share)) return share
      const last = looks.get(share.id)
      const now = machine.now()
      if (last?.generation === share.generation) {
        if (now - last.at < LOOK_EVERY_MS || isFrozen(share, last.at)) return share
      }
      const known = looking.get(share.id)
      if (known) return known
      const look = lookNow(share).finally(() => looking.delete(share.id))
      looking.set(share.id, look)
      return look
    },

    async read(share) {
      const known = faults.get(share.id)
      if (known?.revision === share.revision) throw known.fault
      try {
        return await readNow(share)
      } catch (error) {
        if (error instanceof ShareError && error.code === "unreadable") {
          faults.set(share.id, { revision: share.revision, fault: error })
        }
        throw error
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
  const decoder = new TextDecoder("utf-8", { fatal: true })
  try {
    return JSON.parse(
      chunks.map((chunk) => decoder.decode(chunk, { stream: true })).join("") + decoder.decode(),
    )
  } catch {
    throw new ShareError("unreadable", "What was uploaded for this share cannot be shown. It is not JSON.")
  }
}

function tooLarge(): ShareError {
  const limit = formatBytes(LIMITS.plainBytes)
  return new ShareError(
    "unreadable",
    `What was uploaded for this share cannot be shown. It is larger than ${limit}; larger sessions are shared as segments.`,
  )
}
