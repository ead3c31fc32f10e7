import type { Fold } from "../../protocol/fold.ts"
import type { ItemKey } from "../../protocol/item.ts"

/** A share's content as read up to a revision. */
export interface Folded {
  fold: Fold
  generation: number
  /** So many of the share's rules it goes by. */
  redactions: number
  revision: number
  /** Uncompressed bytes that went into it. */
  bytes: number
  /** What the last versions of a plain object changed, oldest first; a log says it by its segments. */
  changes: { after: number; keys: ReadonlySet<ItemKey> }[]
}

export interface FoldCache {
  get(shareID: string): Folded | undefined
  /** Puts it behind the others: the longest unread goes first. */
  set(shareID: string, folded: Folded): void
  delete(shareID: string): void
}

/** What the kept folds may come to, in bytes of JSON. */
const KEPT_BYTES = 64 * 1024 * 1024
/** How long the last one that was read is kept even if it alone is larger: readers come in groups. */
const LINGER_MS = 10_000

/** Folds in memory. What is lost is read again. */
export function createFoldCache(): FoldCache {
  const kept = new Map<string, Folded>()
  let lingering: ReturnType<typeof setTimeout> | undefined

  function evict({ butNewest }: { butNewest: boolean }): void {
    let total = 0
    for (const { bytes } of kept.values()) total += bytes
    for (const [oldest, { bytes }] of kept) {
      if (total <= KEPT_BYTES || (butNewest && kept.size === 1)) return
      kept.delete(oldest)
      total -= bytes
    }
  }

  return {
    get: (shareID) => kept.get(shareID),
    set(shareID, folded) {
      kept.delete(shareID)
      kept.set(shareID, folded)
      evict({ butNewest: true })
      clearTimeout(lingering)
      if (folded.bytes > KEPT_BYTES) lingering = setTimeout(() => evict({ butNewest: false }), LINGER_MS)
    },
    delete: (shareID) => void kept.delete(shareID),
  }
}
