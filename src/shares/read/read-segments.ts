import { ShareError } from "../../protocol/errors.ts"
import type { Item } from "../../protocol/item.ts"
import { formatBytes } from "../../protocol/limits.ts"
import { weigh } from "../../protocol/weight.ts"
import { type BlobStore, type Machine, type SegmentRow, type ShareDoor, StorageError } from "../ports.ts"
import type { ShareRules } from "../redact/rules.ts"
import { decodeSegment } from "../segment.ts"

interface Segments {
  segments: readonly SegmentRow[]
  /** What came by the direct door was written by somebody else: it is held to what it claimed. */
  door: ShareDoor
  /** What their share's owner took out; without, they are read as they are stored. */
  rules?: ShareRules
  /** What all items may weigh together, for those who hold them all; see `weigh`. */
  most?: number
}

/**
 * The items of segments in manifest order, batch by batch. `revision` is the one the batch's segment ends with. Throws
 * `unreadable` when a client has put something else than the segment that it committed, or more than can be held.
 */
export async function* readSegments(
  deps: { blobs: BlobStore; machine: Machine },
  { segments, door, rules, most = Number.POSITIVE_INFINITY }: Segments,
): AsyncIterable<{ items: Item[]; revision: number }> {
  let weight = 0
  for (const segment of segments) {
    try {
      for await (const items of readSegment(deps, segment, door)) {
        for (const item of items) weight += weigh(item)
        if (weight > most) throw tooHeavy(most)
        // Nearly always it has been taken out of what is stored by now.
        const clean = rules && segment.redactions < rules.count
        const shown = clean ? items.map((item) => rules.redactItem(item).item) : items
        yield { items: shown, revision: segment.lastRevision }
      }
    } catch (error) {
      if (error instanceof StorageError || door === "native" || isUnreadable(error)) throw error
      throw unreadableSegment(segment, error)
    }
  }
}

async function* readSegment(
  { blobs, machine }: { blobs: BlobStore; machine: Machine },
  { objectKey, contentBytes }: SegmentRow,
  door: ShareDoor,
): AsyncIterable<Item[]> {
  const bytes = await blobs.get(objectKey)
  if (!bytes) {
    throw new StorageError("blobs.get", {
      retryable: true,
      cause: new Error(`segment ${objectKey} is in the manifest but not in the store`),
    })
  }
  // Syncs through the API were held to all this when they arrived.
  if (door === "native") yield* decodeSegment(bytes, { machine })
  else yield* decodeSegment(bytes, { machine, claimed: contentBytes })
}

function unreadableSegment({ id }: SegmentRow, cause: unknown): ShareError {
  const reason = cause instanceof Error ? cause.message.replace(/\.$/, "") : String(cause)
  const message = `What was uploaded as segment ${id} cannot be read: ${reason}.`
  return new ShareError("unreadable", message, { cause })
}

function tooHeavy(most: number): ShareError {
  return new ShareError(
    "unreadable",
    `This share is too large to be shown: it comes to more than ${formatBytes(most)} in memory.`,
  )
}

function isUnreadable(error: unknown): boolean {
  return error instanceof ShareError && error.code === "unreadable"
}

/**
 * Whether the first of the segments after `revision` holds revisions before it as well. A merge that drops what was
 * removed cannot be applied to a state that still has it: such a state is to be read anew.
 */
export function straddles([first]: readonly SegmentRow[], revision: number): boolean {
  return first !== undefined && revision > 0 && first.firstRevision <= revision
}
