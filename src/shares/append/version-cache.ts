import type { ActiveShare } from "../active.ts"
import { type BlobStore, type Machine, type MetaStore, StorageError } from "../ports.ts"
import { readSegments, straddles } from "../read/read-segments.ts"
import type { ShareRules } from "../redact/rules.ts"
import { createVersions, prepare, record, type Versions } from "./versions.ts"

/** Items whose versions are kept, of all shares together; each takes about 300 bytes. */
const KEPT_ITEMS = 400_000
/** Readings of a share that is being rewritten. */
const MOST_TRIES = 4

/** Versions of the shares that are being written, brought up to the manifest at every use. */
export function createVersionCache(deps: { meta: MetaStore; blobs: BlobStore; machine: Machine }) {
  const cache = new Map<string, Versions>()
  /** By how many of its share's rules each goes. */
  const counts = new WeakMap<Versions, number>()

  async function hasMoved({ id, epoch }: ActiveShare): Promise<boolean> {
    return (await deps.meta.findShare(id))?.epoch !== epoch
  }

  function evict(): void {
    let total = 0
    for (const { items } of cache.values()) total += items.size
    for (const [oldest, { items }] of cache) {
      if (total <= KEPT_ITEMS || cache.size === 1) return
      cache.delete(oldest)
      total -= items.size
    }
  }

  async function bringUp({ id: shareID, sessionID: rootSessionID }: ActiveShare, rules: ShareRules) {
    const known = cache.get(shareID)
    let versions = known && counts.get(known) === rules.count ? known : createVersions(rootSessionID)
    // Kept again only when complete: half-read versions would skip what is not stored.
    cache.delete(shareID)
    let segments = await deps.meta.segments(shareID, versions.revision)
    if (straddles(segments, versions.revision)) {
      versions = createVersions(rootSessionID)
      segments = await deps.meta.segments(shareID)
    }
    for await (const { items, revision } of readSegments(deps, { segments, door: "native", rules })) {
      record(
        versions,
        items.map((item) => prepare(item, rootSessionID, deps.machine)),
      )
      versions.revision = revision
    }
    cache.set(shareID, versions)
    counts.set(versions, rules.count)
    evict()
    return versions
  }

  return {
    /** Of the share as its owner's rules leave it. */
    async get(share: ActiveShare, rules: ShareRules): Promise<Versions> {
      for (let tries = 1; ; tries++) {
        try {
          return await bringUp(share, rules)
        } catch (error) {
          // What was redacted is deleted at once, also under a reading; and a sync that fails is not sent again.
          if (!(error instanceof StorageError) || tries === MOST_TRIES || !(await hasMoved(share)))
            throw error
        }
      }
    },

    drop(shareID: string): void {
      cache.delete(shareID)
    },
  }
}
