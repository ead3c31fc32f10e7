import { gone, notFound } from "../protocol/errors.ts"
import type { Receipt } from "../protocol/routes.ts"
import type { BlobInfo, DeletionRow } from "./ports.ts"
import type { ShareReader } from "./read.ts"
import { authenticate } from "./secret.ts"
import { objectPrefix, plainKey } from "./segment.ts"
import type { SharesDeps } from "./shares.ts"
import { LATE_UPLOAD_MS } from "./tickets.ts"

/** How long a DELETE waits for a receipt that is final. */
const PATIENCE_MS = 5_000

export function createRevoker(
  deps: SharesDeps & { reader: ShareReader; settle: (shareID: string) => Promise<void> },
) {
  const { meta, blobs, notifier, machine, log, reader, settle } = deps
  const running = new Map<string, Promise<void>>()

  async function revoke({ shareID, secret }: { shareID: string; secret: string }): Promise<Receipt> {
    const share = await meta.findShare(shareID)
    if (!share) throw notFound()
    // The tombstone is public, so a wrong secret learns nothing new from `gone`.
    await authenticate(deps, { shareID, secret, to: "delete" }).catch((error) => {
      throw share.state === "active" ? error : gone()
    })
    const revoked = await meta.revoke(shareID, machine.now())
    for (const id of revoked) {
      reader.forget(id)
      notifier.publish({ shareID: id, revision: share.revision, state: "revoked" })
    }
    if (revoked.length > 0) log.info({ shares: revoked }, "revoked")
    await withinPatience(
      Promise.all(
        [...new Set([...revoked, shareID])].map(async (id) => finishIfDue(await meta.findDeletion(id))),
      ),
    )
    const deletion = await meta.findDeletion(shareID)
    if (!deletion) throw gone()
    return toReceipt(deletion)
  }

  /** Goes on with a deletion unless it is done, or has nothing to do before a ticket has expired. */
  async function finishIfDue(deletion: DeletionRow | undefined): Promise<void> {
    if (!deletion || deletion.finishedAt !== undefined) return
    if (deletion.clearedAt === undefined || machine.now() >= finalFrom(deletion)) await runDeletion(deletion)
  }

  /** Deletes a revoked share's objects. What fails stays noted and is tried again. */
  function runDeletion(deletion: DeletionRow): Promise<void> {
    const name = `${deletion.shareID} ${deletion.generation}`
    const known = running.get(name)
    if (known) return known
    const run = tryDeletion(deletion).finally(() => running.delete(name))
    running.set(name, run)
    return run
  }

  async function tryDeletion(deletion: DeletionRow): Promise<void> {
    const { shareID } = deletion
    try {
      await settle(shareID)
      // Taken before the listing: what a ticket brings afterwards is not in it.
      const at = machine.now()
      const listed = await deleteObjects(deletion)
      reader.forget(shareID)
      const finished = at >= finalFrom(deletion)
      await meta.recordCleared(deletion, { at: machine.now(), finished })
      log.info({ share: shareID, generation: deletion.generation, ...listed, final: finished }, "deleted")
    } catch (error) {
      log.error({ err: error, share: shareID }, "could not delete all objects of a revoked share yet")
    }
  }

  /** Resolves to the count of all that the deletion has deleted so far. */
  async function deleteObjects(deletion: DeletionRow): Promise<{ objects: number; bytes: number }> {
    const found: BlobInfo[] = []
    for await (const object of objectsOf(deletion)) found.push(object)
    let listed = deletion.listed ?? { objects: 0, bytes: 0 }
    // A first listing that a crash interrupted counted everything already; later ones find what tickets brought.
    if (!deletion.listed || (deletion.clearedAt !== undefined && found.length > 0)) {
      const bytes = found.reduce((sum, { size }) => sum + size, listed.bytes)
      listed = { objects: listed.objects + found.length, bytes }
      await meta.recordListing(deletion, listed)
    }
    for (const { key } of found) await blobs.delete(key)
    // The receipt promises that a listing has shown nothing left.
    for await (const { key } of objectsOf(deletion)) throw new Error(`${key} is still there`)
    return listed
  }

  async function* objectsOf({ shareID: id, generation }: DeletionRow): AsyncIterable<BlobInfo> {
    yield* blobs.list(objectPrefix({ id, generation }))
    const plain = await blobs.head(plainKey({ id, generation }))
    if (plain) yield plain
  }

  return {
    revoke,
    async resumeDeletions(): Promise<void> {
      for (const deletion of await meta.unfinishedDeletions()) await finishIfDue(deletion)
    },
  }
}

/** An upload that is still arriving, or a slow store, must not keep the caller waiting: the job goes on alone. */
async function withinPatience(work: Promise<unknown>): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const patience = new Promise((resolve) => {
    timer = setTimeout(resolve, PATIENCE_MS)
  })
  await Promise.race([work, patience])
  clearTimeout(timer)
}

/** From when on nothing can come any more, by the machine's clock. */
function finalFrom({ ticketsUntil, revokedAt }: DeletionRow): number {
  return ticketsUntil === undefined ? revokedAt : ticketsUntil + LATE_UPLOAD_MS
}

function toReceipt(deletion: DeletionRow): Receipt {
  const { shareID, revokedAt, listed, clearedAt, finishedAt } = deletion
  const iso = (at: number) => new Date(at).toISOString()
  return {
    shareID,
    revokedAt: iso(revokedAt),
    objects: listed?.objects ?? 0,
    bytes: listed?.bytes ?? 0,
    ...(clearedAt === undefined ? {} : { clearedAt: iso(clearedAt) }),
    final: finishedAt !== undefined,
    ...(finishedAt === undefined ? { finalFrom: iso(finalFrom(deletion)) } : { finishedAt: iso(finishedAt) }),
  }
}
