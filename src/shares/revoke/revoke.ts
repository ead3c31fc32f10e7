import { type AuditOrigin, BY_ITSELF } from "../../protocol/audit.ts"
import { gone, notFound, ShareError } from "../../protocol/errors.ts"
import type { Receipt } from "../../protocol/routes.ts"
import { type Credentials, findOwned } from "../access/credentials.ts"
import { withinPatience } from "../patience.ts"
import type { BlobInfo, DeletionID, DeletionRow, Notifier, ShareRow } from "../ports.ts"
import type { ShareReader } from "../read/read.ts"
import { findBySecret } from "../secret.ts"
import { objectPrefix, plainKey } from "../segment.ts"
import type { SharesDeps } from "../shares.ts"
import { LATE_PUT_MS, LATE_UPLOAD_MS } from "../upload-times.ts"

/** How long a DELETE waits for a receipt that is final. */
const PATIENCE_MS = 5_000

/** How often it looks whether another node's deletion has ended. */
const LOOK_EVERY_MS = 250

/** How long a deletion is one node's: when that node is cut off, others go on after this. */
const LEASE_MS = 30_000

export interface RevokeRequest {
  shareID: string
  secret: string
  /** What has been removed is nobody's business but its owner's: a wrong secret is told that there is nothing. */
  discreet?: boolean
  /** Who asks, for the audit. */
  by?: AuditOrigin | undefined
}

export interface OwnedRevocation {
  shareID: string
  credentials: Credentials
  by: AuditOrigin
}

export interface TakeDownRequest {
  shareID: string
  /** Shown to whoever opens the link. */
  reason: string
  by: AuditOrigin
}

export function createRevoker(
  deps: SharesDeps & { reader: ShareReader; settle: (shareID: string) => Promise<void> },
) {
  const { meta, blobs, notifier, machine, log, reader, settle } = deps
  const running = new Map<string, Promise<boolean>>()

  async function revoke({
    shareID,
    secret,
    discreet = false,
    by = BY_ITSELF,
  }: RevokeRequest): Promise<Receipt> {
    const { share } = await findBySecret(deps, { shareID, secret, to: "delete" }).catch(async (error) => {
      // Where links are open to all a tombstone is public, and a wrong secret learns nothing new from `gone`.
      throw (error instanceof ShareError && !discreet && (await tombstoneOf(shareID))) || error
    })
    return remove(share, { by })
  }

  /** Throws `not_found`, `gone`. */
  async function revokeOwned({ shareID, credentials, by }: OwnedRevocation): Promise<Receipt> {
    const { share } = await findOwned(deps, { shareID, credentials, to: "delete" })
    return remove(share, { by })
  }

  /** For the operator, who needs no secret. Repeatable; the first reason stays. */
  async function takeDown({ shareID, reason, by }: TakeDownRequest): Promise<Receipt> {
    const share = await meta.findShare(shareID)
    if (!share) throw notFound()
    return remove(share, { by, reason })
  }

  async function remove(
    share: ShareRow,
    { by, reason }: { by: AuditOrigin; reason?: string },
  ): Promise<Receipt> {
    const { id: shareID, generation } = share
    const at = machine.now()
    const told =
      reason === undefined
        ? ({ ...by, at, event: "revoked" } as const)
        : ({ ...by, at, event: "taken_down", details: { reason } } as const)
    const named = { shareID, generation, ...(reason !== undefined && { reason }) }
    const revoked = await meta.revoke(named, at, told)
    for (const id of revoked) {
      reader.forget(id)
      notifier.publish({ shareID: id, revision: share.revision, state: "revoked" })
    }
    if (revoked.length > 0) log.info({ shares: revoked }, "revoked")
    // An upload that is still arriving, or a slow store, must not keep the caller waiting: the job goes on alone.
    await withinPatience(
      Promise.all([
        finishOrWait(shareID, generation),
        ...revoked.filter((id) => id !== shareID).map((id) => finishOrWait(id)),
      ]),
      PATIENCE_MS,
    )
    const deletion = await meta.findDeletion(shareID, generation)
    if (!deletion) throw gone()
    return toReceipt(deletion, finalFrom(deletion, notifier))
  }

  /** Asks first for what neither an active share has nor one that never was: the two take the same time. */
  async function tombstoneOf(shareID: string): Promise<ShareError | undefined> {
    if (!(await meta.findDeletion(shareID))) return undefined
    const share = await meta.findShare(shareID)
    return share && share.state !== "active" ? gone(share) : undefined
  }

  /** Does what is due of a deletion, or waits for the node that is at it. */
  async function finishOrWait(shareID: string, generation?: number): Promise<void> {
    for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_EVERY_MS) {
      const deletion = await meta.findDeletion(shareID, generation)
      if (!deletion || !isDue(deletion) || (await runDeletion(deletion))) return
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
    }
  }

  /** Whether anything is to be done now: not when it is done, nor before the last ticket has expired. */
  function isDue(deletion: DeletionRow): boolean {
    if (deletion.finishedAt !== undefined) return false
    return deletion.clearedAt === undefined || machine.now() >= finalFrom(deletion, notifier)
  }

  /** Deletes a revoked share's objects. What fails stays noted and is tried again. False when another node is at it. */
  function runDeletion(deletion: DeletionRow): Promise<boolean> {
    const name = `delete ${deletion.shareID} ${deletion.generation}`
    const known = running.get(name)
    if (known) return known
    const run = tryDeletion(name, deletion).finally(() => running.delete(name))
    running.set(name, run)
    return run
  }

  async function tryDeletion(name: string, { shareID, generation }: DeletionRow): Promise<boolean> {
    try {
      await settle(shareID)
      const now = machine.now()
      const lease = { name, until: now + LEASE_MS }
      if (!(await meta.takeLease({ ...lease, now }))) return false
      try {
        await deleteAll({ shareID, generation })
      } finally {
        await meta.endLease(lease)
      }
    } catch (error) {
      log.error({ err: error, share: shareID }, "could not delete all objects of a revoked share yet")
    }
    return true
  }

  async function deleteAll({ shareID, generation }: DeletionID): Promise<void> {
    // Anew: the node that was at it before may have done it.
    const deletion = await meta.findDeletion(shareID, generation)
    if (!deletion || !isDue(deletion)) return
    // Taken before the listing: what a ticket brings afterwards is not in it.
    const at = machine.now()
    const listed = await deleteObjects(deletion)
    reader.forget(shareID)
    const finished = at >= finalFrom(deletion, notifier)
    await meta.recordCleared(deletion, { at: machine.now(), finished })
    log.info({ share: shareID, generation, ...listed, final: finished }, "deleted")
  }

  /** Resolves to the count of all that the deletion has deleted so far. */
  async function deleteObjects(deletion: DeletionRow): Promise<{ objects: number; bytes: number }> {
    const found: BlobInfo[] = []
    for await (const object of objectsOf(deletion)) found.push(object)
    const listed = await count(deletion, found)
    for (const { key } of found) await blobs.delete(key)
    deps.meter?.deleted({ reason: "revoked", objects: found.length })
    // The receipt promises that a listing has shown nothing left.
    for await (const { key } of objectsOf(deletion)) throw new Error(`${key} is still there`)
    return listed
  }

  /** Adds to the count what is not in it yet, so that neither a crash nor a failing store changes what it comes to. */
  async function count(
    deletion: DeletionRow,
    found: readonly BlobInfo[],
  ): Promise<{ objects: number; bytes: number }> {
    const before = deletion.listed ?? { objects: 0, bytes: 0 }
    // A node of the version before counts everything at once, and notes no keys.
    const countedWhole = deletion.listed && !deletion.pending && deletion.clearedAt === undefined
    const pending = new Set(countedWhole ? found.map(({ key }) => key) : deletion.pending)
    const added = found.filter(({ key }) => !pending.has(key))
    if (deletion.listed && added.length === 0) return before
    const listed = {
      objects: before.objects + added.length,
      bytes: added.reduce((sum, { size }) => sum + size, before.bytes),
    }
    const noted = { ...listed, pending: found.map(({ key }) => key), after: deletion.listed?.objects }
    if (!(await meta.recordListing(deletion, noted))) throw new Error("another node has counted meanwhile")
    return listed
  }

  async function* objectsOf({ shareID: id, generation }: DeletionID): AsyncIterable<BlobInfo> {
    yield* blobs.list(objectPrefix({ id, generation }))
    const plain = await blobs.head(plainKey({ id, generation }))
    if (plain) yield plain
  }

  return {
    revoke,
    revokeOwned,
    takeDown,
    async resumeDeletions(): Promise<void> {
      for (const deletion of await meta.unfinishedDeletions())
        if (isDue(deletion)) await runDeletion(deletion)
    },
  }
}

/** From when on nothing can come any more, by the machine's clock. Only this node's own writes have been waited for. */
function finalFrom({ ticketsUntil, revokedAt }: DeletionRow, { shared }: Notifier): number {
  if (ticketsUntil !== undefined) return ticketsUntil + LATE_UPLOAD_MS
  return shared ? revokedAt + LATE_PUT_MS : revokedAt
}

function toReceipt(deletion: DeletionRow, finalFrom: number): Receipt {
  const { shareID, revokedAt, listed, clearedAt, finishedAt } = deletion
  const iso = (at: number) => new Date(at).toISOString()
  return {
    shareID,
    revokedAt: iso(revokedAt),
    objects: listed?.objects ?? 0,
    bytes: listed?.bytes ?? 0,
    ...(clearedAt === undefined ? {} : { clearedAt: iso(clearedAt) }),
    final: finishedAt !== undefined,
    ...(finishedAt === undefined ? { finalFrom: iso(finalFrom) } : { finishedAt: iso(finishedAt) }),
  }
}
