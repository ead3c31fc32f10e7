import { ShareError } from "../../protocol/errors.ts"
import type { ActiveShare } from "../active.ts"
import type { SealedChange, ShareRow } from "../ports.ts"

/** What a change says of an encrypted share: all of it there, none of it of another. */
export interface SealedClaim {
  after?: number | undefined
  epoch?: number | undefined
  head?: string | undefined
  /** Of how many rules of the share's owner it is known to be clean; none unless said. */
  redactions?: number | undefined
}

/** A change of what nobody can read here, and how many rules its author went by. */
export interface SealedUpload {
  change: SealedChange
  redactions: number
}

/** The claim as what it must be for this share; undefined for one that is not encrypted. Throws `invalid_request`. */
export function readSealed(
  { encrypted }: ActiveShare,
  { after, epoch, head, redactions }: SealedClaim,
): SealedUpload | undefined {
  if (!encrypted) {
    if (after === undefined && head === undefined && redactions === undefined) return undefined
    throw new ShareError(
      "invalid_request",
      "This share is not encrypted: its changes have no head, no `after` and no `redactions`.",
    )
  }
  if (after !== undefined && epoch !== undefined && head !== undefined) {
    return { change: { revision: after, epoch, head }, redactions: redactions ?? 0 }
  }
  throw new ShareError(
    "invalid_request",
    "This share is encrypted: each of its changes says the revision that it goes by (`after`), the epoch, and a new head.",
  )
}

export function hiddenMetadata(): ShareError {
  return new ShareError(
    "invalid_request",
    "This share is encrypted: its metadata stands in the sealed head, and is not told to the server.",
  )
}

/** Why a change was refused, by the share as it is now. Nobody here can look whether it holds what was taken out. */
export function refusedChange(
  { id, revision, epoch, redactions }: Pick<ShareRow, "id" | "revision" | "epoch" | "redactions">,
  went: { redactions: number },
): ShareError {
  if (went.redactions !== redactions) {
    return new ShareError(
      "conflict",
      `The owner has taken something out of this share: it has ${redactions} redactions, and this change goes by ${went.redactions} (\`redactions\`). Open those of /api/share/${id}/redactions?texts=1 with the share's key, take the same out of what was put, put that and send it anew. A plugin that does not do this by itself is too old for the share.`,
    )
  }
  return movedOn({ revision, epoch })
}

export function movedOn({ revision, epoch }: Pick<ShareRow, "revision" | "epoch">): ShareError {
  return new ShareError(
    "conflict",
    `The share has moved on: it is at revision ${revision}, epoch ${epoch}. Ask for the manifest, and commit with a head that goes by it.`,
  )
}
