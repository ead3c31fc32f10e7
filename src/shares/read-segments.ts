import type { Item } from "../protocol/item.ts"
import { type BlobStore, type Machine, type SegmentRow, StorageError } from "./ports.ts"
import { decodeSegment } from "./segment.ts"

/** The items of segments in manifest order, batch by batch. `revision` is the one the batch's segment ends with. */
export async function* readSegments(
  { blobs, machine }: { blobs: BlobStore; machine: Machine },
  segments: readonly SegmentRow[],
): AsyncIterable<{ items: Item[]; revision: number }> {
  for (const { objectKey, lastRevision } of segments) {
    const bytes = await blobs.get(objectKey)
    if (!bytes) {
      throw new StorageError("blobs.get", {
        retryable: true,
        cause: new Error(`segment ${objectKey} is in the manifest but not in the store`),
      })
    }
    for await (const items of decodeSegment(bytes, machine)) yield { items, revision: lastRevision }
  }
}
