import { gone, notFound, ShareError } from "../../protocol/errors.ts"
import { formatBytes, LIMITS } from "../../protocol/limits.ts"
import type { ActiveShare } from "../active.ts"
import { rowText } from "../metadata.ts"
import type { Excess, ManifestLimits, NewSegment, SealedChange, ShareMetadata } from "../ports.ts"
import { isQuotaExcess, quotaExceeded } from "../quota.ts"
import { commitByRules, redactMetadata } from "../redact/commit-by-rules.ts"
import type { RulesOf } from "../redact/rules.ts"
import { plainKey, segmentKey } from "../segment.ts"
import type { SharesDeps } from "../shares.ts"
import { COMMITTABLE_MS } from "../upload-times.ts"
import { otherForm, type SegmentWish } from "./ticket-office.ts"

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

/** What a change says of an encrypted share: all of it there, none of it of another. */
export interface SealedClaim {
  after?: number | undefined
  epoch?: number | undefined
  head?: string | undefined
}

export interface UploadCommit extends SealedClaim {
  segments: readonly UploadedSegment[]
  metadata: ShareMetadata | undefined
}

export interface UploadMerge extends SealedClaim {
  replaces: readonly string[]
  epoch: number
  segment: UploadedSegment
}

interface Writer {
  share: ActiveShare
  secretHash: string
}

/** Takes what clients have put into the store into the manifest, without reading it. */
export function createUploadCommitter(
  deps: SharesDeps & {
    rulesOf: RulesOf
    /** Told of what comes into a share that something was taken out of. Must not throw. */
    behind(shareID: string): void
  },
) {
  const { meta, blobs, machine, notifier } = deps
  // A log holds old versions beside new ones until they are merged, so it may be larger than what it shows.
  const limits: ManifestLimits = { contentBytes: 2 * deps.maxShareBytes, segments: MOST_SEGMENTS }

  /** Resolves to the share's revision. Repeatable: what is committed already is left out. */
  async function commit(
    { share, secretHash }: Writer,
    { segments, metadata, ...claim }: UploadCommit,
  ): Promise<number> {
    const shareID = share.id
    const sealed = readSealed(share, claim)
    if (sealed && metadata) throw hidden()
    const known = await meta.knownSegments(
      shareID,
      segments.map(({ segmentID }) => segmentID),
    )
    const added = segments.filter(({ segmentID }) => !known.includes(segmentID))
    if (added.length === 0) return share.revision
    await requireLog(share)
    const ready = await Promise.all(added.map((segment) => verify(share, segment)))
    const at = machine.now()
    const said = metadata && {
      ...metadata,
      title: rowText(metadata.title),
      directory: rowText(metadata.directory),
    }
    const { revision, count } = await commitByRules(deps, share, (rules) => ({
      shareID,
      segments: ready,
      secretHash,
      at,
      metadata: said && redactMetadata(said, rules),
      limits: limitsOf(share),
      quotas: deps.quotas,
      sealed,
    }))
    if (typeof revision !== "number") throw await refusal(shareID, revision)
    if (count > 0) deps.behind(shareID)
    notifier.publish({ shareID, revision, state: "active" })
    return revision
  }

  /** Puts a segment in the place of those that it was made of. Repeatable. */
  async function merge(
    { share, secretHash }: Writer,
    { replaces, segment, ...claim }: UploadMerge,
  ): Promise<void> {
    const { epoch } = claim
    const shareID = share.id
    const sealed = readSealed(share, claim)
    if ((await meta.knownSegments(shareID, [segment.segmentID])).length > 0) return
    const ready = await verify(share, segment)
    const at = machine.now()
    const done = await meta.merge({
      shareID,
      replaces,
      epoch,
      segment: ready,
      secretHash,
      at,
      limits: limitsOf(share),
      quotas: deps.quotas,
      sealed,
    })
    // Another request may have done the same meanwhile.
    if (done === true && share.redactions > 0) deps.behind(shareID)
    if (done === true || (await meta.knownSegments(shareID, [ready.id])).length > 0) return
    if (done) throw beyond(done)
    if ((await meta.findShare(shareID))?.state !== "active") throw gone()
    throw new ShareError(
      "conflict",
      "The segments to be replaced are no longer those: ask for the manifest and merge anew.",
    )
  }

  function limitsOf({ encrypted }: ActiveShare): ManifestLimits {
    return encrypted ? { ...limits, segments: LIMITS.sealedSegments } : limits
  }

  /** Before the first commit nobody may have looked yet whether a plain object was put. */
  async function requireLog(share: ActiveShare): Promise<void> {
    if (share.form === "log" || share.encrypted) return
    if (share.form === "plain" || (await blobs.head(plainKey(share)))) {
      throw otherForm("one ShareData object", "segments")
    }
  }

  /** Throws `conflict` when the store has not, or no longer for long, what is to be committed. */
  async function verify(share: ActiveShare, uploaded: UploadedSegment): Promise<NewSegment> {
    const { segmentID: id, bytes, sha256, items, contentBytes } = uploaded
    // The ticket for this name admitted no other body.
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

  async function refusal(shareID: string, reason: Excess | "moved" | undefined): Promise<ShareError> {
    if (reason && reason !== "moved") return beyond(reason)
    const share = await meta.findShare(shareID)
    if (share?.state === "active" && reason === "moved") return moved(share)
    if (share?.state !== "active") return gone()
    return share.form === "plain" ? otherForm("one ShareData object", "segments") : notFound()
  }

  function beyond(excess: Excess): ShareError {
    if (isQuotaExcess(excess)) return quotaExceeded(excess, deps.quotas)
    if (excess === "too_many") {
      return new ShareError(
        "conflict",
        "The share has as many segments as one may have: merge first, then commit again.",
      )
    }
    return new ShareError(
      "too_large",
      `The share is larger than this server keeps (${formatBytes(deps.maxShareBytes)}, and as much again in versions that are not merged yet).`,
    )
  }

  return { commit, merge }
}

/** The claim as what it must be for this share. Throws `invalid_request`. */
function readSealed(
  { encrypted }: ActiveShare,
  { after, epoch, head }: SealedClaim,
): SealedChange | undefined {
  if (!encrypted) {
    if (after === undefined && head === undefined) return undefined
    throw new ShareError(
      "invalid_request",
      "This share is not encrypted: its changes have no head and no `after`.",
    )
  }
  if (after !== undefined && epoch !== undefined && head !== undefined)
    return { revision: after, epoch, head }
  throw new ShareError(
    "invalid_request",
    "This share is encrypted: each of its changes says the revision that it goes by (`after`), the epoch, and a new head.",
  )
}

function hidden(): ShareError {
  return new ShareError(
    "invalid_request",
    "This share is encrypted: its metadata stands in the sealed head, and is not told to the server.",
  )
}

function counted(id: string): ShareError {
  return new ShareError(
    "invalid_request",
    `This share is encrypted: segment ${id} counts as 1, and how many items are in it is not told to the server.`,
  )
}

function moved({ revision, epoch }: Pick<ActiveShare, "revision" | "epoch">): ShareError {
  return new ShareError(
    "conflict",
    `The share has moved on: it is at revision ${revision}, epoch ${epoch}. Ask for the manifest, and commit with a head that goes by it.`,
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
