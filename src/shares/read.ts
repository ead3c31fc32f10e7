import { gone, notFound } from "../protocol/errors.ts"
import { createFold, type Fold } from "../protocol/fold.ts"
import type { ItemKey } from "../protocol/item.ts"
import type { BlobStore, Machine, MetaStore, ShareRow } from "./ports.ts"
import { readSegments } from "./read-segments.ts"

/** A share that exists and may be read. */
export type ActiveShare = ShareRow & { state: "active"; sessionID: string }

export interface Snapshot {
  share: ActiveShare
  /** The state at `share.revision`. Shared between readers and advanced by the next one: read it at once. */
  fold: Fold
}

export interface ShareReader {
  /** Throws `not_found` or `gone`. */
  find(shareID: string): Promise<ActiveShare>
  /** The share with its content. */
  read(shareID: string): Promise<Snapshot>
  /** The share with its content, and the keys that commits after `revision` touched. */
  readSince(shareID: string, revision: number): Promise<Snapshot & { changed: Set<ItemKey> }>
  /** Drops what is kept of a share's content. */
  forget(shareID: string): void
}

interface Kept {
  fold: Fold
  revision: number
  /** Compressed bytes of its segments: what its place in memory is reckoned by. */
  bytes: number
}

/** Folds kept in memory, in compressed bytes; content takes some six to ten times that. */
const KEPT_BYTES = 8 * 1024 * 1024

export function createReader(deps: { meta: MetaStore; blobs: BlobStore; machine: Machine }): ShareReader {
  const { meta } = deps
  const kept = new Map<string, Kept>()
  const loading = new Map<string, Promise<Kept>>()

  async function find(shareID: string): Promise<ActiveShare> {
    const share = await meta.findShare(shareID)
    if (!share) throw notFound()
    if (share.state !== "active" || share.sessionID === undefined) {
      forget(shareID)
      throw gone()
    }
    return { ...share, state: "active", sessionID: share.sessionID }
  }

  function forget(shareID: string): void {
    kept.delete(shareID)
    loading.delete(shareID)
  }

  /** Readers of the same share wait for one reading of it. */
  function load(share: ActiveShare): Promise<Kept> {
    const before = loading.get(share.id)
    const next = (before ?? Promise.resolve()).catch(() => {}).then(() => advance(share))
    loading.set(share.id, next)
    const clear = () => {
      if (loading.get(share.id) === next) loading.delete(share.id)
    }
    next.then(clear, clear)
    return next
  }

  async function advance(share: ActiveShare): Promise<Kept> {
    const state = kept.get(share.id) ?? { fold: createFold(share.sessionID), revision: 0, bytes: 0 }
    // Put back only when whole: a fold that stopped in mid-segment must not be gone on with.
    kept.delete(share.id)
    const segments = await meta.segments(share.id, state.revision)
    for await (const { items } of readSegments(deps, segments)) state.fold.apply(items)
    for (const segment of segments) {
      state.revision = segment.lastRevision
      state.bytes += segment.bytes
    }
    keep(share.id, state)
    return state
  }

  function keep(id: string, state: Kept): void {
    kept.set(id, state)
    let total = 0
    for (const { bytes } of kept.values()) total += bytes
    for (const [oldest, { bytes }] of kept) {
      if (total <= KEPT_BYTES) return
      kept.delete(oldest)
      total -= bytes
    }
  }

  async function read(shareID: string): Promise<Snapshot> {
    const share = await find(shareID)
    const { fold, revision } = await load(share)
    return { share: { ...share, revision }, fold }
  }

  return {
    find,
    forget,
    read,
    async readSince(shareID, revision) {
      const snapshot = await read(shareID)
      const changed = new Set<ItemKey>()
      const probe = createFold(snapshot.share.sessionID)
      const segments = await meta.segments(shareID, revision)
      for await (const { items } of readSegments(deps, segments)) {
        for (const key of probe.apply(items)) changed.add(key)
      }
      return { ...snapshot, changed }
    },
  }
}
