import type { BlobStore, Machine, MetaStore } from "./ports.ts"
import { readSegments } from "./read-segments.ts"
import { createVersions, prepare, record, type Versions } from "./versions.ts"

/** Shares whose versions are kept; an entry takes about 150 bytes an item. */
const KEPT = 200

/** Versions of the shares that are being written, brought up to the manifest at every use. */
export function createVersionCache(deps: { meta: MetaStore; blobs: BlobStore; machine: Machine }) {
  const cache = new Map<string, Versions>()

  return {
    async get(shareID: string, rootSessionID: string): Promise<Versions> {
      const versions = cache.get(shareID) ?? createVersions(rootSessionID)
      // Kept again only when complete: half-read versions would skip what is not stored.
      cache.delete(shareID)
      const segments = await deps.meta.segments(shareID, versions.revision)
      for await (const { items, revision } of readSegments(deps, segments)) {
        for (const item of items) record(versions, prepare(item, rootSessionID, deps.machine))
        versions.revision = revision
      }
      cache.set(shareID, versions)
      const [oldest] = cache.keys()
      if (cache.size > KEPT && oldest !== undefined) cache.delete(oldest)
      return versions
    },

    drop(shareID: string): void {
      cache.delete(shareID)
    },
  }
}
