import { gone, notFound, ShareError } from "../../protocol/errors.ts"
import type { Item } from "../../protocol/item.ts"
import { formatBytes } from "../../protocol/limits.ts"
import { type ActiveShare, requireActive } from "../active.ts"
import { isQuotaExcess, quotaExceeded, requireRoom } from "../quota.ts"
import { commitByRules, redactMetadata } from "../redact/commit-by-rules.ts"
import type { RulesOf, ShareRules } from "../redact/rules.ts"
import { authenticate } from "../secret.ts"
import { encodeSegment, segmentKey } from "../segment.ts"
import type { SharesDeps } from "../shares.ts"
import { until } from "../until.ts"
import { createKeyedMutex } from "./mutex.ts"
import { readAhead } from "./read-ahead.ts"
import { createVersionCache } from "./version-cache.ts"
import { type Batch, beginBatch, type PreparedItem, prepare } from "./versions.ts"

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

export interface AppenderDeps extends SharesDeps {
  /** Told of each commit once it is done. Must not throw. */
  committed(share: ActiveShare, revision: number): void
  /** Waited for before each commit. Must not throw. */
  room(shareID: string): Promise<void>
  rulesOf: RulesOf
  /** Told of a commit that went by fewer rules than its share has by then. Must not throw. */
  behind(shareID: string): void
}

export function createAppender(deps: AppenderDeps) {
  const { meta, blobs, notifier, machine, rulesOf } = deps
  const exclusive = createKeyedMutex()
  const versionCache = createVersionCache(deps)
  /** What makes the appends to a share that are under way give up. */
  const underWay = new Map<string, Set<AbortController>>()

  /** Aborts when the share is revoked, on whatever node. To be ended. */
  function watch(shareID: string): { signal: AbortSignal; end: () => void } {
    const abort = new AbortController()
    const others = underWay.get(shareID) ?? new Set()
    underWay.set(shareID, others.add(abort))
    const unsubscribe = notifier.subscribe(shareID, ({ state }) => {
      if (state !== "active") abort.abort(gone())
    })
    return {
      signal: abort.signal,
      end() {
        unsubscribe()
        others.delete(abort)
        if (others.size === 0 && underWay.get(shareID) === others) underWay.delete(shareID)
      },
    }
  }

  /** Resolves to the share's revision, raised by one unless nothing changed. */
  async function append({ shareID, secret, items }: AppendRequest): Promise<number> {
    const { signal, end } = watch(shareID)
    try {
      // First: who has no secret learns nothing, by the answer or its time.
      const secretHash = await authenticate(deps, { shareID, secret, to: "write" })
      const found = await findWritable(shareID)
      await deps.admitWriter?.(found)
      if (found.door !== "native") throw otherDoor()
      const { sessionID } = found
      const rules = await rulesOf(found)
      const prepared = prepareAll(until(signal, items), { sessionID, rules })
      const arriving = readAhead(prepared, ({ line }) => line.length)
      // What is small arrives before its turn, so that a slow sender does not hold up the share's other syncs.
      await arriving.fill(HELD_WHOLE)
      const heldWhole = arriving.done
      return await exclusive(shareID, async () => {
        await deps.room(shareID)
        // Again, now that it is this append's turn: a share that was revoked meanwhile must get no more objects.
        const share = await findWritable(shareID)
        const versions = await versionCache.get(share, await rulesOf(share))
        const batch = beginBatch(versions)
        const lines = readAhead(newLines(arriving.all(), batch, sessionID), () => 1)
        await lines.fill(1)
        if (lines.held.length === 0) return versions.revision
        // What is not even to be taken in need not be sent to its end.
        await requireRoom(deps, { creator: share.creator, bytes: 1 })
        if (heldWhole) signal.throwIfAborted()
        const all = heldWhole ? lines.all() : untilRevoked(shareID, lines.all())
        return store({ share, secretHash, batch, lines: all, redactions: rules.count })
      })
    } finally {
      end()
    }
  }

  /** Throws `gone` at the end when the share was revoked meanwhile, as by a node whose news does not arrive. */
  async function* untilRevoked(shareID: string, lines: AsyncIterable<string>): AsyncIterable<string> {
    yield* lines
    await findWritable(shareID)
  }

  async function findWritable(shareID: string): Promise<ActiveShare> {
    const share = await meta.findShare(shareID)
    if (!share) throw notFound()
    return requireActive(share)
  }

  /** Without what the share's owner took out before. */
  async function* prepareAll(
    batches: AsyncIterable<Item[]>,
    { sessionID, rules }: { sessionID: string; rules: ShareRules },
  ) {
    for await (const batch of batches) {
      for (const item of batch) yield prepare(rules.redactItem(item).item, sessionID, machine)
    }
  }

  /** The segment's lines: of what arrives, what is new, and what follows from it. */
  async function* newLines(arriving: AsyncIterable<PreparedItem>, batch: Batch, sessionID: string) {
    for await (const prepared of arriving) {
      if (!batch.admit(prepared)) continue
      if (batch.total > deps.maxShareBytes) throw tooLarge(deps.maxShareBytes)
      yield prepared.line
    }
    for (const item of batch.hidden()) {
      const prepared = prepare(item, sessionID, machine)
      if (batch.admit(prepared)) yield prepared.line
    }
  }

  /** Object, then row: an object without its row is an orphan, a row without its object would be a loss. */
  async function store(commit: {
    share: ActiveShare
    secretHash: string
    batch: Batch
    lines: AsyncIterable<string>
    /** So many of the share's rules the lines go by. */
    redactions: number
  }): Promise<number> {
    const { share, secretHash, batch, lines, redactions } = commit
    const shareID = share.id
    const id = crypto.randomUUID()
    const objectKey = segmentKey(share, id)
    const { size } = await blobs.put(objectKey, encodeSegment(lines, machine))
    const at = machine.now()
    const { items, bytes: contentBytes } = batch
    const segment = { id, objectKey, items, bytes: size, contentBytes, redactions, createdAt: at }
    const { quotas } = deps
    const { revision, count } = await commitByRules(deps, share, (goneBy) => ({
      ...{ shareID, segments: [segment], secretHash, at, quotas },
      metadata: redactMetadata(batch.metadata, goneBy),
    }))
    if (typeof revision !== "number") {
      // Revoked while the body arrived, or another secret's first sync won: what was put is nobody's.
      await blobs.delete(objectKey)
      if (isQuotaExcess(revision)) throw quotaExceeded(revision, quotas)
      throw (await meta.findShare(shareID))?.state === "active" ? notFound() : gone()
    }
    batch.settle(revision)
    if (count > redactions) deps.behind(shareID)
    notifier.publish({ shareID, revision, state: "active" })
    deps.meter?.committed({ door: "native", segments: 1, items, bytes: size, contentBytes })
    deps.committed(share, revision)
    return revision
  }

  return {
    append,
    /** Ends the appends to a revoked share. Resolves when none is under way that could still put an object. */
    async settle(shareID: string): Promise<void> {
      for (const abort of underWay.get(shareID) ?? []) abort.abort(gone())
      await exclusive(shareID, async () => versionCache.drop(shareID))
    },
  }
}

function otherDoor(): ShareError {
  return new ShareError("conflict", "This share is kept by uploads: syncs through the API are refused.")
}

function tooLarge(limit: number): ShareError {
  return new ShareError("too_large", `The share is larger than this server keeps (${formatBytes(limit)}).`)
}
