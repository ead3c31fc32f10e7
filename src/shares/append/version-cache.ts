import type { BlobStore, Machine, MetaStore } from "../ports.ts"
import { readSegments, straddles } from "../read/read-segments.ts"
import { createVersions, prepare, record, type Versions } from "./versions.ts"

/** Items whose versions are kept, of all shares together; each takes about 300 bytes. */
const KEPT_ITEMS = 400_000

/** Versions of the shares that are being written, brought up to the manifest at every use. */
export function createVersionCache(deps: { meta: MetaStore; blobs: BlobStore; machine: Machine }) {
  const cache = new Map<string, Versions>()

  function evict(): void {
    let total = 0
    for (const { items } of cache.values()) total += items.size
    for (const [oldest, { items }] of cache) {
      if (total <= KEPT_ITEMS || cache.size === 1) return
      cache.delete(oldest)
      total -= items.size
    }
  }

  return {
    async get(shareID: string, rootSessionID: string): Promise<Versions> {
      let versions = cache.get(shareID) ?? createVersions(rootSessionID)
      // Kept again only when complete: half-read versions would skip what is not stored.
      cache.delete(shareID)
      let segments = await deps.meta.segments(shareID, versions.revision)
      if (straddles(segments, versions.revision)) {
        versions = createVersions(rootSessionID)
        segments = await deps.meta.segments(shareID)
      }
      for await (const { items, revision } of readSegments(deps, { segments, door: "native" })) {
        record(
          versions,
          items.map((item) => prepare(item, rootSessionID, deps.machine)),
        )
        versions.revision = revision
      }
      cache.set(shareID, versions)
      evict()
      return versions
    },

    drop(shareID: string): void {
      cache.delete(shareID)
    },
  }
}
