import { gone } from "../protocol/errors.ts"
import type { Item } from "../protocol/item.ts"
import { mergeItems } from "../protocol/merge.ts"
import { type ActiveShare, requireActive } from "./active.ts"
import { FAN_OUT, planMerge } from "./merge-plan.ts"
import type { SegmentRow } from "./ports.ts"
import { readSegments } from "./read-segments.ts"
import { encodeSegment, segmentKey } from "./segment.ts"
import type { SharesDeps } from "./shares.ts"
import { COMMITTABLE_MS } from "./tickets.ts"
import { until } from "./until.ts"

/** Shares that one node merges side by side: it reads and compresses, and readers come first. */
const AT_ONCE = 2

/** Keeps the logs of the native door short, behind the syncs' back. What fails is tried again some syncs later. */
export interface Compactor {
  /** To be told of each commit. Contract: does not throw, does not wait. */
  committed(share: Pick<ActiveShare, "id" | "door">, revision: number): void
  /** Gives up merging a share. Resolves when nothing is under way that could still put an object. */
  settle(shareID: string): Promise<void>
  /** Resolves when no merge is under way or waits. */
  idle(): Promise<void>
  /** Begins no more merges, and gives up those under way. */
  stop(): Promise<void>
}

interface Run {
  abort: AbortController
  done: Promise<void>
}

export function createCompactor(deps: SharesDeps): Compactor {
  const { meta, blobs, machine, log } = deps
  const waiting = new Set<string>()
  const running = new Map<string, Run>()
  let stopped = false

  function startWaiting(): void {
    for (const shareID of waiting) {
      if (stopped || running.size >= AT_ONCE) return
      // Committed to while it was being merged: once more, afterwards.
      if (running.has(shareID)) continue
      waiting.delete(shareID)
      const abort = new AbortController()
      const done = compact(shareID, abort.signal)
        .catch((err: unknown) => {
          if (!abort.signal.aborted) log.warn({ err, share: shareID }, "could not merge segments yet")
        })
        .finally(() => {
          running.delete(shareID)
          startWaiting()
        })
      running.set(shareID, { abort, done })
    }
  }

  async function compact(shareID: string, signal: AbortSignal): Promise<void> {
    for (;;) {
      const found = await meta.findShare(shareID)
      if (signal.aborted || found?.state !== "active" || found.form !== "log") return
      const share = requireActive(found)
      const segments = await meta.segments(shareID)
      const replaced = planMerge(segments)
      if (!replaced) return
      const fromTheStart = replaced[0] === segments[0]
      // When another node was faster, it sees to what is left.
      if (!(await merge({ share, replaced, fromTheStart, signal }))) return
    }
  }

  /** Object, then row. False when the row was refused: the share has changed under the merge, or is revoked. */
  async function merge({ share, replaced, fromTheStart, signal }: MergeJob): Promise<boolean> {
    const began = machine.now()
    const id = crypto.randomUUID()
    const objectKey = segmentKey(share, id)
    const written = { items: 0, contentBytes: 0 }
    const { sessionID: rootSessionID } = share
    const read = () => until(signal, items(share, replaced))
    const lines = counted(mergeItems(read, { rootSessionID, fromTheStart }), written)
    const { size: bytes } = await blobs.put(objectKey, encodeSegment(lines, machine))
    const at = machine.now()
    const segment = { id, objectKey, bytes, ...written, createdAt: at }
    const replaces = replaced.map((each) => each.id)
    const request = { shareID: share.id, replaces, epoch: share.epoch, segment, secretHash: undefined, at }
    // When it took longer, a sweep may take the object for one that nobody committed.
    const done = at - began < COMMITTABLE_MS && (await meta.merge(request))
    // An outcome that is not known throws: what may be in the manifest is left to the sweep.
    if (!done) await blobs.delete(objectKey)
    else log.debug({ share: share.id, segments: replaces.length, bytes, ...written }, "merged")
    return done
  }

  async function* items(share: ActiveShare, segments: SegmentRow[]): AsyncIterable<Item[]> {
    for await (const batch of readSegments(deps, { segments, door: share.door })) yield batch.items
  }

  async function idle(): Promise<void> {
    while (running.size > 0) await Promise.all([...running.values()].map(({ done }) => done))
  }

  return {
    committed({ id, door }, revision) {
      // Each revision is committed by one node, so one of them looks.
      if (door !== "native" || revision % FAN_OUT !== 0) return
      waiting.add(id)
      startWaiting()
    },
    async settle(shareID) {
      waiting.delete(shareID)
      const run = running.get(shareID)
      run?.abort.abort(gone())
      await run?.done
    },
    idle,
    async stop() {
      stopped = true
      for (const { abort } of running.values()) abort.abort(new Error("the server stops"))
      await idle()
    },
  }
}

interface MergeJob {
  share: ActiveShare
  replaced: SegmentRow[]
  fromTheStart: boolean
  signal: AbortSignal
}

async function* counted(
  lines: AsyncIterable<string>,
  written: { items: number; contentBytes: number },
): AsyncIterable<string> {
  for await (const line of lines) {
    written.items++
    written.contentBytes += line.length
    yield line
  }
}
