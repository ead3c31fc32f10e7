import { type AuditOrigin, BY_ITSELF } from "../../protocol/audit.ts"
import { ShareError } from "../../protocol/errors.ts"
import { createShareId } from "../../protocol/ids.ts"
import { type AccessChange, firstAccess } from "../access/change.ts"
import { NO_EXPIRY } from "../access/expiry-policy.ts"
import { type ActiveShare, requireActive } from "../active.ts"
import type { NewShare, ShareRow } from "../ports.ts"
import { requireRoom } from "../quota.ts"
import { createOwnerCheck, type OwnerClaim } from "../recover/owner.ts"
import { createSecrets } from "../secret.ts"
import { plainKey } from "../segment.ts"
import type { SharesDeps } from "../shares.ts"

export interface ReserveRequest {
  /** An id that the client brings; without it one is made. */
  shareID: string | undefined
  sessionID: string
  /** Names who may supersede and be superseded: the token's or the address's hash. */
  creator: string
  /** The address that asked, hashed. */
  address: string
  /** The token that it is asked with, where one is needed. */
  tokenID?: string | undefined
  /** Whose share it is to be, instead of the creator's. */
  owner?: OwnerClaim | undefined
  /** What its client is about to upload. */
  bytes?: number | undefined
  /** What is uploaded will be sealed. */
  encrypted?: boolean | undefined
  /** Who may see it, and for how long; whoever has the link, and as long as usual, unless said. */
  access?: AccessChange | undefined
  /** Who asks, for the audit. */
  by?: AuditOrigin | undefined
}

export interface Reserved {
  share: ActiveShare
  secret: string
  /** Opens nothing but the share's deletion. */
  deleteSecret: string
}

/** A client's own id that was never written to is free again so long after its last ticket expired. */
const ABANDONED_AFTER_MS = 24 * 3600_000

/** Creates shares of the direct door. */
export function createReserver(deps: SharesDeps) {
  const { meta, blobs, machine, expiry = NO_EXPIRY } = deps
  const checkOwner = createOwnerCheck({ meta, machine })

  /**
   * Throws `conflict` when the id that the client brings is taken, `forbidden` when this is not what its owner signed,
   * `quota_exceeded`.
   */
  return async function reserve(request: ReserveRequest): Promise<Reserved> {
    const { shareID, sessionID, address, tokenID, owner, encrypted = false, by = BY_ITSELF } = request
    const creator = owner
      ? await checkOwner({ action: "create", sessionID, shareID, owner })
      : request.creator
    await requireRoom(deps, { creator, bytes: Math.max(1, request.bytes ?? 0) })
    const access = await firstAccess(request.access ?? {}, { machine, expiry, encrypted })
    const id = shareID ?? createShareId(machine.randomBytes)
    const { secret, deleteSecret, secrets } = createSecrets(machine)
    const createdAt = machine.now()
    const share: NewShare = {
      sessionID,
      creator,
      address,
      tokenID,
      id,
      door: "direct",
      ownID: shareID !== undefined,
      encrypted,
      secrets,
      access,
      createdAt,
      audit: { ...by, at: createdAt, event: "created" },
    }
    if (!(await meta.createShare(share))) {
      const before = await meta.findShare(id)
      if (!before || !(await isFree(before, share)) || !(await meta.reuseShare(share, before)))
        throw taken(id)
    }
    const made = await meta.findShare(id)
    if (!made) throw taken(id)
    return { share: requireActive(made), secret, deleteSecret }
  }

  /** A removed share's id goes to its creator alone, so that nobody else can speak under a link that was given out. */
  async function isFree(share: ShareRow, { creator, createdAt }: NewShare): Promise<boolean> {
    if (share.door !== "direct") return false
    // What was taken down does not come back under the link that it had.
    if (share.revokedReason !== undefined) return false
    if (share.state !== "active") return share.creator === creator
    if (!share.ownID || share.form !== undefined) return false
    const lastUse = Math.max(share.createdAt, share.ticketsUntil ?? 0)
    if (lastUse + ABANDONED_AFTER_MS > createdAt) return false
    return (await blobs.head(plainKey(share))) === undefined
  }
}

function taken(id: string): ShareError {
  return new ShareError("conflict", `The id ${id} is taken: choose another, or leave it out to be given one.`)
}
