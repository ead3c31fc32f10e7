import { ShareError } from "../../protocol/errors.ts"
import { formatBytes, LIMITS } from "../../protocol/limits.ts"
import type { ActiveShare } from "../active.ts"
import type { BlobStore, Excess, Machine, ManifestLimits, NewSegment, Quotas } from "../ports.ts"
import { isQuotaExcess, quotaExceeded } from "../quota.ts"
import { segmentKey } from "../segment.ts"
import { COMMITTABLE_MS } from "../upload-times.ts"
import type { SegmentWish } from "./ticket-office.ts"

/** A segment that a client has put, and what it says of it. */
export interface UploadedSegment extends SegmentWish {
  segmentID: string
  /** Lines. */
  items: number
  /** Uncompressed: reading it goes no further. */
  contentBytes: number
}

/** Each is a request to the store for whoever reads the share. Clients that merge when they are asked to stay far below. */
const MOST_SEGMENTS = 1_024

/** A log holds old versions beside new ones until they are merged, so it may be larger than what it shows. */
export function limitsOf(
  { encrypted }: Pick<ActiveShare, "encrypted">,
  { maxShareBytes }: { maxShareBytes: number },
): ManifestLimits {
  return { contentBytes: 2 * maxShareBytes, segments: encrypted ? LIMITS.sealedSegments : MOST_SEGMENTS }
}

/** Looks for what a client says that it has put. Throws `conflict` when it is not there, or no longer for long. */
export function createUploadCheck({ blobs, machine }: { blobs: BlobStore; machine: Machine }) {
  return async (share: ActiveShare, uploaded: UploadedSegment): Promise<NewSegment> => {
    const { segmentID: id, bytes, sha256, items, contentBytes } = uploaded
    // What put it under this name admitted no other body.
    if (!id.endsWith(`.${sha256}`)) throw notThere(id, "has another SHA-256")
    if (share.encrypted && contentBytes > LIMITS.sealedContentBytes) throw tooLargeToOpen(id)
    if (share.encrypted && items !== 1) throw counted(id)
    const objectKey = segmentKey(share, id)
    const found = await blobs.head(objectKey)
    const at = machine.now()
    if (!found) throw notThere(id, "is not there")
    if (found.size !== bytes) throw notThere(id, `has ${found.size} bytes, not ${bytes}`)
    if (found.modifiedAt + COMMITTABLE_MS < at) throw notThere(id, "was put too long ago")
    return { id, objectKey, items, bytes, contentBytes, createdAt: at }
  }
}

/** What would go beyond a limit or quota, as its client is told. */
export function beyond(
  excess: Excess,
  { maxShareBytes, quotas }: { maxShareBytes: number; quotas?: Quotas },
): ShareError {
  if (isQuotaExcess(excess)) return quotaExceeded(excess, quotas)
  if (excess === "too_many") {
    return new ShareError(
      "conflict",
      "The share has as many segments as one may have: merge first, then commit again.",
    )
  }
  return new ShareError(
    "too_large",
    `The share is larger than this server keeps (${formatBytes(maxShareBytes)}, and as much again in versions that are not merged yet).`,
  )
}

function counted(id: string): ShareError {
  return new ShareError(
    "invalid_request",
    `This share is encrypted: segment ${id} counts as 1, and how many items are in it is not told to the server.`,
  )
}

function tooLargeToOpen(id: string): ShareError {
  const most = formatBytes(LIMITS.sealedContentBytes)
  return new ShareError(
    "too_large",
    `Segment ${id} is larger than one of an encrypted share may be uncompressed (${most}).`,
  )
}

function notThere(id: string, fault: string): ShareError {
  return new ShareError(
    "conflict",
    `Segment ${id} cannot be committed: its object ${fault}. Ask for a new ticket, upload it again and commit that.`,
  )
}
