import { gone, notFound } from "../protocol/errors.ts"
import type { Receipt } from "../protocol/routes.ts"
import type { BlobInfo, DeletionRow } from "./ports.ts"
import type { ShareReader } from "./read.ts"
import { authenticate } from "./secret.ts"
import { objectPrefix } from "./segment.ts"
import type { SharesDeps } from "./shares.ts"

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
    await authenticate(deps, { shareID, secret }).catch((error) => {
      throw share.state === "active" ? error : gone()
    })
    const revoked = await meta.revoke(shareID, machine.now())
    for (const id of revoked) {
      reader.forget(id)
      notifier.publish({ shareID: id, revision: share.revision, state: "revoked" })
    }
    if (revoked.length > 0) log.info({ shares: revoked }, "revoked")
    const unfinished = (await meta.findDeletion(shareID))?.finishedAt === undefined
    await withinPatience(
      Promise.all((unfinished ? [...new Set([...revoked, shareID])] : []).map(runDeletion)),
    )
    const deletion = await meta.findDeletion(shareID)
    if (!deletion) throw gone()
    return toReceipt(deletion)
  }

  /** Deletes a revoked share's objects. What fails stays noted and is tried again. */
  function runDeletion(shareID: string): Promise<void> {
    const known = running.get(shareID)
    if (known) return known
    const run = tryDeletion(shareID).finally(() => running.delete(shareID))
    running.set(shareID, run)
    return run
  }

  async function tryDeletion(shareID: string): Promise<void> {
    try {
      await settle(shareID)
      await deleteObjects(shareID)
      reader.forget(shareID)
      await meta.finishDeletion(shareID, machine.now())
      const deletion = await meta.findDeletion(shareID)
      if (deletion) log.info({ receipt: toReceipt(deletion) }, "deleted")
    } catch (error) {
      log.error({ err: error, share: shareID }, "could not delete all objects of a revoked share yet")
    }
  }

  async function deleteObjects(shareID: string): Promise<void> {
    const found: BlobInfo[] = []
    let bytes = 0
    for await (const object of blobs.list(objectPrefix(shareID))) {
      found.push(object)
      bytes += object.size
    }
    const deletion = await meta.findDeletion(shareID)
    if (deletion && !deletion.listed) await meta.recordListing(shareID, { objects: found.length, bytes })
    for (const { key } of found) await blobs.delete(key)
    // The receipt promises that a listing has shown nothing left.
    for await (const { key } of blobs.list(objectPrefix(shareID))) throw new Error(`${key} is still listed`)
  }

  return {
    revoke,
    async resumeDeletions(): Promise<void> {
      for (const { shareID } of await meta.unfinishedDeletions()) await runDeletion(shareID)
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

function toReceipt({ shareID, revokedAt, listed, finishedAt }: DeletionRow): Receipt {
  return {
    shareID,
    revokedAt: new Date(revokedAt).toISOString(),
    objects: listed?.objects ?? 0,
    bytes: listed?.bytes ?? 0,
    final: finishedAt !== undefined,
    ...(finishedAt === undefined ? {} : { finishedAt: new Date(finishedAt).toISOString() }),
  }
}
