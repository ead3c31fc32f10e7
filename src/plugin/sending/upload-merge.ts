import type { ApiClient, ShareAccess } from "../../client/api-client.ts"
import type { Item } from "../../protocol/item.ts"
import { mergeItems } from "../../protocol/merge.ts"
import type { ManifestAnswer } from "../../protocol/routes.ts"
import type { PackedSegment } from "./packer.ts"
import type { SegmentForm } from "./segment-form.ts"

/** Compressed bytes that are kept between the two readings of a merge; more is fetched twice. */
const HELD_BYTES = 32 * 1024 * 1024

export interface MergePlan {
  replaces: readonly string[]
  epoch: number
  manifest: ManifestAnswer
  packed: PackedSegment
}

/**
 * Merges neighbours of a share into one segment that is ready to be put. It is made of the stored segments and not of
 * the session, so that what was redacted later stays redacted. Undefined when the manifest has moved on, or it would be too large.
 */
export async function prepareMerge(
  { api, form }: { api: ApiClient; form: SegmentForm },
  {
    share,
    rootSessionID,
    replaces,
  }: { share: ShareAccess; rootSessionID: string; replaces: readonly string[] },
): Promise<MergePlan | undefined> {
  const manifest = await api.manifest(share)
  const start = manifest.segments.findIndex(({ segment }) => segment === replaces[0])
  const stretch = start < 0 ? [] : manifest.segments.slice(start, start + replaces.length)
  if (stretch.length !== replaces.length || stretch.some(({ segment }, i) => segment !== replaces[i])) {
    return undefined
  }
  if (stretch.reduce((sum, { contentBytes }) => sum + contentBytes, 0) > form.mostContent) return undefined
  const held = new Map<string, Uint8Array>()
  const holds = stretch.reduce((sum, { bytes }) => sum + bytes, 0) <= HELD_BYTES

  async function* read(): AsyncIterable<Item[]> {
    for (const { segment } of stretch) {
      const bytes = held.get(segment) ?? (await api.segment(share, segment))
      if (holds) held.set(segment, bytes)
      yield* form.unpack(bytes)
    }
  }

  const fromTheStart = start === 0
  const packed = await form.pack(mergeItems(read, { rootSessionID, fromTheStart }))
  return { replaces, epoch: manifest.epoch, manifest, packed }
}
