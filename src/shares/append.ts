import { gone, notFound } from "../protocol/errors.ts"
import type { Item } from "../protocol/item.ts"
import { createKeyedMutex } from "./mutex.ts"
import { readAhead } from "./read-ahead.ts"
import { authenticate } from "./secret.ts"
import { encodeSegment, segmentKey } from "./segment.ts"
import type { SharesDeps } from "./shares.ts"
import { createVersionCache } from "./version-cache.ts"
import { type Batch, beginBatch, inferHidden, type PreparedItem, prepare } from "./versions.ts"

export interface AppendRequest {
  shareID: string
  secret: string
  /** Read once, as it arrives. When it throws, nothing is stored. */
  items: AsyncIterable<Item[]>
}

/**
 * Nearly every sync is smaller; only a larger one is written while it still arrives. Characters of JSON. (At 1 MiB
 * the engine learns that items live long, makes all later ones in its old generation, and a 100 MB sync takes 40 MB
 * more.)
 */
const HELD_WHOLE = 64 * 1024

export function createAppender(deps: SharesDeps) {
  const { meta, blobs, notifier, machine } = deps
  const exclusive = createKeyedMutex()
  const versionCache = createVersionCache(deps)

  /** Resolves to the share's revision, raised by one unless nothing changed. */
  async function append({ shareID, secret, items }: AppendRequest): Promise<number> {
    const share = await meta.findShare(shareID)
    if (!share) throw notFound()
    const { sessionID } = share
    if (share.state !== "active" || sessionID === undefined) throw gone()
    const secretHash = await authenticate(deps, { shareID, secret })

    const arriving = readAhead(prepareAll(items, sessionID), ({ line }) => line.length)
    // A slow sender must not hold up the share's other syncs, so what is small arrives before its turn.
    await arriving.fill(HELD_WHOLE)
    return exclusive(shareID, async () => {
      const versions = await versionCache.get(shareID, sessionID)
      const held = arriving.held.map(({ item }) => item)
      const hidden = inferHidden(versions, held).map((item) => prepare(item, sessionID, machine))
      const batch = beginBatch(versions)
      const lines = readAhead(newLines(concat(hidden, arriving.all()), batch), () => 1)
      await lines.fill(1)
      if (lines.held.length === 0) return versions.revision
      return store({ shareID, secretHash, batch: batch, lines: lines.all() })
    })
  }

  async function* prepareAll(batches: AsyncIterable<Item[]>, sessionID: string) {
    for await (const batch of batches) for (const item of batch) yield prepare(item, sessionID, machine)
  }

  /** Object, then row: an object without its row is an orphan, a row without its object would be a loss. */
  async function store(commit: {
    shareID: string
    secretHash: string
    batch: Batch
    lines: AsyncIterable<string>
  }): Promise<number> {
    const { shareID, secretHash, batch, lines } = commit
    const id = crypto.randomUUID()
    const objectKey = segmentKey(shareID, id)
    const { size } = await blobs.put(objectKey, encodeSegment(lines, machine))
    const at = machine.now()
    const segment = { id, objectKey, items: batch.items, bytes: size, createdAt: at }
    const revision = await meta.commit({ shareID, segment, secretHash, at })
    if (revision === undefined) {
      // Revoked while the body arrived, or another secret's first sync won: what was put is nobody's.
      await blobs.delete(objectKey)
      throw (await meta.findShare(shareID))?.state === "active" ? notFound() : gone()
    }
    batch.settle(revision)
    notifier.publish({ shareID, revision, state: "active" })
    return revision
  }

  return {
    append,
    /** Resolves when no append that began before is still under way; later ones find the share revoked. */
    settled: (shareID: string) => exclusive(shareID, async () => versionCache.drop(shareID)),
  }
}

async function* concat<T>(first: readonly T[], then: AsyncIterable<T>): AsyncIterable<T> {
  yield* first
  yield* then
}

/** The segment's lines: of what arrives, what is new. */
async function* newLines(arriving: AsyncIterable<PreparedItem>, batch: Batch): AsyncIterable<string> {
  for await (const prepared of arriving) if (batch.admit(prepared)) yield prepared.line
}
