import type { ShareNews } from "../shares/ports.ts"
import type { Shares } from "../shares/shares.ts"

/** The picture of a share's link, drawn. */
export interface Picture {
  tag: string
  png: Uint8Array<ArrayBuffer>
}

/** Which state of a share a picture shows. */
export interface Shown {
  id: string
  generation: number
  revision: number
}

/** Pictures in memory, one a share, up to a number of bytes. It says nothing of whether a share is still there. */
export interface CardCache {
  /** Of exactly this state. */
  find(shown: Shown): Picture | undefined
  /** Of an earlier state, when it is the same picture: it then counts for this one. */
  renew(shown: Shown, tag: string): Picture | undefined
  /** Resolves to what `make` does, and keeps it unless the share was revoked meanwhile. */
  keep(shown: Shown, make: () => Promise<Picture>): Promise<Picture>
  forget(shareID: string): void
  /** What is kept comes to. Bytes. */
  size(): number
}

interface Kept extends Shown, Picture {
  unsubscribe(): void
}

const MAX_BYTES = 8 * 1024 * 1024
/** What an entry takes beside its picture. Bytes. */
const ENTRY_BYTES = 1024

export function createCardCache(shares: Pick<Shares, "watch">, maxBytes = MAX_BYTES): CardCache {
  /** The longest unread first. */
  const kept = new Map<string, Kept>()
  let bytes = 0

  function touch(entry: Kept): Kept {
    kept.delete(entry.id)
    kept.set(entry.id, entry)
    return entry
  }

  function drop(entry: Kept): void {
    if (kept.get(entry.id) !== entry) return
    kept.delete(entry.id)
    bytes -= sizeOf(entry)
    entry.unsubscribe()
  }

  function find({ id, generation, revision }: Shown): Picture | undefined {
    const entry = kept.get(id)
    return entry?.generation === generation && entry.revision === revision ? touch(entry) : undefined
  }

  function renew({ id, generation, revision }: Shown, tag: string): Picture | undefined {
    const entry = kept.get(id)
    if (entry?.generation !== generation || entry.tag !== tag) return undefined
    entry.revision = revision
    return touch(entry)
  }

  async function keep(shown: Shown, make: () => Promise<Picture>): Promise<Picture> {
    let entry: Kept | undefined
    let removed = false
    const hear = ({ state }: ShareNews) => {
      if (state === "active") return
      removed = true
      if (entry) drop(entry)
    }
    // Before the drawing, so that no removal falls between it and the keeping.
    const unsubscribe = shares.watch(shown.id, hear)
    try {
      const picture = await make()
      if (removed) unsubscribe()
      else add({ ...shown, ...picture, unsubscribe })
      return picture
    } catch (error) {
      unsubscribe()
      throw error
    }

    function add(made: Kept): void {
      entry = made
      const before = kept.get(made.id)
      if (before) drop(before)
      kept.set(made.id, made)
      bytes += sizeOf(made)
      for (const oldest of kept.values()) {
        if (bytes <= maxBytes) return
        drop(oldest)
      }
    }
  }

  function forget(shareID: string): void {
    const entry = kept.get(shareID)
    if (entry) drop(entry)
  }

  return { find, renew, keep, forget, size: () => bytes }
}

function sizeOf({ png }: Kept): number {
  return ENTRY_BYTES + png.byteLength
}
