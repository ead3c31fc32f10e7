import { gone, notFound, ShareError } from "../../protocol/errors.ts"
import type { ActiveShare } from "../active.ts"
import { rowText } from "../metadata.ts"
import type { Excess, NewSegment, ShareMetadata } from "../ports.ts"
import { commitByRules, redactMetadata } from "../redact/commit-by-rules.ts"
import type { RulesOf } from "../redact/rules.ts"
import { plainKey } from "../segment.ts"
import type { SharesDeps } from "../shares.ts"
import {
  hiddenMetadata,
  readSealed,
  refusedChange,
  type SealedClaim,
  type SealedUpload,
} from "./sealed-claim.ts"
import { otherForm } from "./ticket-office.ts"
import { beyond, createUploadCheck, limitsOf, type UploadedSegment } from "./uploaded.ts"

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
  const check = createUploadCheck(deps)

  /** Resolves to the share's revision. Repeatable: what is committed already is left out. */
  async function commit(
    { share, secretHash }: Writer,
    { segments, metadata, ...claim }: UploadCommit,
  ): Promise<number> {
    const shareID = share.id
    const sealed = readSealed(share, claim)
    if (sealed && metadata) throw hiddenMetadata()
    const known = await meta.knownSegments(
      shareID,
      segments.map(({ segmentID }) => segmentID),
    )
    const added = segments.filter(({ segmentID }) => !known.includes(segmentID))
    if (added.length === 0) return share.revision
    await requireLog(share)
    const ready = await Promise.all(added.map((segment) => check(share, segment)))
    const at = machine.now()
    const said = metadata && {
      ...metadata,
      title: rowText(metadata.title),
      directory: rowText(metadata.directory),
    }
    const base = {
      ...{ shareID, segments: ready, secretHash, at, metadata: undefined },
      ...{ limits: limitsOf(share, deps), quotas: deps.quotas },
    }
    // What is sealed its author redacts, as nobody here can, and says so: what goes by fewer rules is refused.
    const { revision, count } = sealed
      ? {
          revision: await meta.commit({
            ...base,
            segments: ready.map((each) => ({ ...each, redactions: sealed.redactions })),
            sealed: sealed.change,
            redactions: sealed.redactions,
          }),
          count: 0,
        }
      : await commitByRules(deps, share, (rules) => ({
          ...base,
          metadata: said && redactMetadata(said, rules),
        }))
    if (typeof revision !== "number") throw await refusal(shareID, revision, sealed)
    if (count > 0) deps.behind(shareID)
    deps.meter?.committed({ door: "direct", segments: ready.length, ...sumOf(ready) })
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
    const ready = await check(share, segment)
    const done = await meta.merge({
      shareID,
      replaces,
      epoch,
      segment: sealed ? { ...ready, redactions: sealed.redactions } : ready,
      secretHash,
      at: machine.now(),
      limits: limitsOf(share, deps),
      quotas: deps.quotas,
      sealed: sealed?.change,
      redactions: sealed?.redactions,
    })
    // Another request may have done the same meanwhile.
    if (done === true && share.redactions > 0) deps.behind(shareID)
    if (done === true || (await meta.knownSegments(shareID, [ready.id])).length > 0) return
    if (done) throw beyond(done, deps)
    const now = await meta.findShare(shareID)
    if (now?.state !== "active") throw gone()
    if (sealed && sealed.redactions !== now.redactions) throw refusedChange(now, sealed)
    throw new ShareError(
      "conflict",
      "The segments to be replaced are no longer those: ask for the manifest and merge anew.",
    )
  }

  /** Before the first commit nobody may have looked yet whether a plain object was put. */
  async function requireLog(share: ActiveShare): Promise<void> {
    if (share.form === "log" || share.encrypted) return
    if (share.form === "plain" || (await blobs.head(plainKey(share)))) {
      throw otherForm("one ShareData object", "segments")
    }
  }

  async function refusal(
    shareID: string,
    reason: Excess | "moved" | undefined,
    sealed: SealedUpload | undefined,
  ): Promise<ShareError> {
    if (reason && reason !== "moved") return beyond(reason, deps)
    const share = await meta.findShare(shareID)
    if (share?.state !== "active") return gone()
    // Of what goes by rules that are known here, so many came while it was committed that there was no end to it.
    if (reason === "moved") return refusedChange(share, sealed ?? share)
    return share.form === "plain" ? otherForm("one ShareData object", "segments") : notFound()
  }

  return { commit, merge }
}

function sumOf(segments: readonly NewSegment[]): Pick<NewSegment, "items" | "bytes" | "contentBytes"> {
  const sum = { items: 0, bytes: 0, contentBytes: 0 }
  for (const { items, bytes, contentBytes } of segments) {
    sum.items += items
    sum.bytes += bytes
    sum.contentBytes += contentBytes
  }
  return sum
}
