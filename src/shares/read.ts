import { gone, notFound } from "../protocol/errors.ts"
import { createFold, type Fold } from "../protocol/fold.ts"
import type { Item, ItemKey } from "../protocol/item.ts"
import type { BlobStore, Machine, MetaStore, SegmentRow, ShareRow } from "./ports.ts"
import { readSegments } from "./read-segments.ts"

/** A share that exists and may be read. */
export type ActiveShare = ShareRow & { state: "active"; sessionID: string }

export interface Snapshot {
  share: ActiveShare
  /**
   * The state at `share.revision` or later. Shared between readers, and advanced by whole commits only: what is read
   * without waiting in between belongs together.
   */
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
  /** Uncompressed bytes that went into it. */
  bytes: number
}

/** What the folds kept in memory may come to, in bytes of JSON. */
const KEPT_BYTES = 64 * 1024 * 1024

export function createReader(deps: { meta: MetaStore; blobs: BlobStore; machine: Machine }): ShareReader {
  const { meta } = deps
  const kept = new Map<string, Kept>()
  const loading = new Map<string, Promise<Kept>>()
  /** Counts up with every forgetting, so that a load that began before it does not put back what was forgotten. */
  let forgettings = 0

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
    forgettings++
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
    const began = forgettings
    const state = kept.get(share.id) ?? { fold: createFold(share.sessionID), revision: 0, bytes: 0 }
    const segments = await meta.segments(share.id, state.revision)
    const batches: Item[][] = []
    for await (const { items } of readSegments(deps, segments)) batches.push(items)
    for (const items of batches) state.fold.apply(items)
    for (const { lastRevision, contentBytes } of segments) {
      state.revision = lastRevision
      state.bytes += contentBytes
    }
    if (began === forgettings) keep(share.id, state)
    return state
  }

  function keep(id: string, state: Kept): void {
    // Behind the others: the longest unread goes first.
    kept.delete(id)
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
    const before = await find(shareID)
    try {
      const { fold, revision } = await load(before)
      // Again behind the reading: what was revoked meanwhile is not shown.
      return { share: { ...(await find(shareID)), revision }, fold }
    } catch (error) {
      // Objects that went missing under the reading may be those of a share that was just revoked.
      await find(shareID)
      throw error
    }
  }

  async function keysOf(segments: SegmentRow[], rootSessionID: string): Promise<Set<ItemKey>> {
    const changed = new Set<ItemKey>()
    const probe = createFold(rootSessionID)
    for await (const { items } of readSegments(deps, segments)) {
      for (const key of probe.apply(items)) changed.add(key)
    }
    return changed
  }

  return {
    find,
    forget,
    read,
    async readSince(shareID, revision) {
      const snapshot = await read(shareID)
      const segments = await meta.segments(shareID, revision)
      return { ...snapshot, changed: await keysOf(segments, snapshot.share.sessionID) }
    },
  }
}
