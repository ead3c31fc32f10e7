import { nestsDeeper } from "../protocol/depth.ts"
import { ShareError } from "../protocol/errors.ts"
import type { Item } from "../protocol/item.ts"
import { LIMITS } from "../protocol/limits.ts"
import { type BlobStore, type Machine, type SegmentRow, type ShareDoor, StorageError } from "./ports.ts"
import { decodeSegment } from "./segment.ts"

interface Segments {
  segments: readonly SegmentRow[]
  /** What came by the direct door was written by somebody else: it is held to what it claimed. */
  door: ShareDoor
}

/**
 * The items of segments in manifest order, batch by batch. `revision` is the one the batch's segment ends with. Throws
 * `unreadable` when a client has put something else than the segment that it committed.
 */
export async function* readSegments(
  deps: { blobs: BlobStore; machine: Machine },
  { segments, door }: Segments,
): AsyncIterable<{ items: Item[]; revision: number }> {
  for (const segment of segments) {
    const batches = readSegment(deps, segment, door === "direct" ? segment.contentBytes : Infinity)
    try {
      for await (const items of batches) {
        if (door === "direct") refuseDeep(items)
        yield { items, revision: segment.lastRevision }
      }
    } catch (error) {
      if (error instanceof StorageError || door === "native") throw error
      throw new ShareError("unreadable", `What was uploaded as segment ${segment.id} cannot be read.`, {
        cause: error,
      })
    }
  }
}

/** Syncs through the API are held to it when they arrive. */
function refuseDeep(items: readonly Item[]): void {
  if (items.some((item) => nestsDeeper(item, LIMITS.jsonDepth))) {
    throw new Error(`an item nests deeper than ${LIMITS.jsonDepth} levels`)
  }
}

async function* readSegment(
  { blobs, machine }: { blobs: BlobStore; machine: Machine },
  { objectKey }: SegmentRow,
  limit: number,
): AsyncIterable<Item[]> {
  const bytes = await blobs.get(objectKey)
  if (!bytes) {
    throw new StorageError("blobs.get", {
      retryable: true,
      cause: new Error(`segment ${objectKey} is in the manifest but not in the store`),
    })
  }
  yield* decodeSegment(bytes, { machine, limit })
}

/**
 * Whether the first of the segments after `revision` holds revisions before it as well. A merge that drops what was
 * removed cannot be applied to a state that still has it: such a state is to be read anew.
 */
export function straddles([first]: readonly SegmentRow[], revision: number): boolean {
  return first !== undefined && revision > 0 && first.firstRevision <= revision
}
