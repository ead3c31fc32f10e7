import { gone, ShareError } from "../../protocol/errors.ts"
import type { Item } from "../../protocol/item.ts"
import { mergeItems } from "../../protocol/merge.ts"
import { type ActiveShare, requireActive } from "../active.ts"
import type { SegmentRow } from "../ports.ts"
import { readSegments } from "../read/read-segments.ts"
import type { RulesOf, ShareRules } from "../redact/rules.ts"
import { encodeSegment, segmentKey } from "../segment.ts"
import type { SharesDeps } from "../shares.ts"
import { until } from "../until.ts"
import { COMMITTABLE_MS } from "../upload-times.ts"
import { FAN_OUT, planMerge } from "./merge-plan.ts"

/** What is smaller is read once and held, all its segments at a time; what is larger, twice. Bytes, uncompressed. */
const HELD_WHOLE = 2 * 1024 * 1024

/** After how many syncs, instead of sixteen, a merge that failed is tried again. */
const RETRY_AFTER = 4
/** Shares of which a node remembers that. */
const MOST_FAILED = 10_000

/** Shares that one node merges side by side: it reads and compresses, and readers come first. */
const AT_ONCE = 2

/** Keeps the logs of the native door short, behind the syncs' back. What fails is tried again some syncs later. */
export interface Compactor {
  /** To be told of each commit. Contract: does not throw, does not wait. */
  committed(share: Pick<ActiveShare, "id" | "door">, revision: number): void
  /**
   * To be waited for before a commit: resolves at once unless the share is committed to faster than it can be merged.
   * So its manifest stays as short as readers were promised. Contract: does not throw.
   */
  room(shareID: string): Promise<void>
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

export function createCompactor(deps: SharesDeps & { rulesOf: RulesOf }): Compactor {
  const { meta, blobs, notifier, machine, log, rulesOf } = deps
  const waiting = new Set<string>()
  const running = new Map<string, Run>()
  /** Who waits for the merges of a share that has fallen a group behind. */
  const behind = new Map<string, (() => void)[]>()
  /** Shares whose last merge failed. */
  const failed = new Set<string>()
  let stopped = false

  function startWaiting(): void {
    for (const shareID of waiting) {
      if (stopped || running.size >= AT_ONCE) return
      // Committed to while it was being merged: once more, afterwards.
      if (running.has(shareID)) continue
      waiting.delete(shareID)
      const abort = new AbortController()
      const unsubscribe = notifier.subscribe(shareID, ({ state }) => {
        if (state !== "active") abort.abort(gone())
      })
      const done = compact(shareID, abort.signal)
        .catch((err: unknown) => {
          if (abort.signal.aborted || (err instanceof ShareError && err.code === "gone")) return
          if (failed.size < MOST_FAILED) failed.add(shareID)
          deps.meter?.merged("failed")
          log.warn({ err, share: shareID }, "could not merge segments yet")
        })
        .finally(() => {
          unsubscribe()
          running.delete(shareID)
          makeRoom(shareID)
          startWaiting()
        })
      running.set(shareID, { abort, done })
    }
  }

  /** Also when merging failed: a store that is away must not hold up syncs longer than they do themselves. */
  function makeRoom(shareID: string): void {
    const waiters = behind.get(shareID) ?? []
    behind.delete(shareID)
    for (const resolve of waiters) resolve()
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
    const rules = await rulesOf(share)
    const read = await reader({ share, replaced, rules, signal })
    const lines = counted(mergeItems(read, { rootSessionID: share.sessionID, fromTheStart }), written)
    const whole = untilRevoked(share.id, lines)
    const { size: bytes } = await blobs.put(objectKey, encodeSegment(whole, machine))
    const at = machine.now()
    const segment = { id, objectKey, bytes, ...written, redactions: rules.count, createdAt: at }
    const replaces = replaced.map((segment) => segment.id)
    const request = { shareID: share.id, replaces, epoch: share.epoch, segment, secretHash: undefined, at }
    // When it took longer, a sweep may take the object for one that nobody committed.
    const done = at - began < COMMITTABLE_MS && (await meta.merge(request)) === true
    // An outcome that is not known throws: what may be in the manifest is left to the sweep.
    deps.meter?.merged(done ? "merged" : "refused")
    if (!done) await blobs.delete(objectKey)
    else log.debug({ share: share.id, segments: replaces.length, bytes, ...written }, "merged")
    return done
  }

  /** Throws `gone` at the end when the share was revoked meanwhile, as by a node whose news does not arrive. */
  async function* untilRevoked(shareID: string, lines: AsyncIterable<string>): AsyncIterable<string> {
    yield* lines
    const share = await meta.findShare(shareID)
    if (share?.state !== "active") throw gone()
  }

  /** How to read what is merged, twice. Most merges are of small segments, and a request costs more than its bytes. */
  async function reader({
    share,
    replaced,
    rules,
    signal,
  }: Omit<MergeJob, "fromTheStart"> & { rules: ShareRules }) {
    const content = replaced.reduce((sum, { contentBytes }) => sum + contentBytes, 0)
    if (content > HELD_WHOLE) return () => until(signal, inTurn({ share, rules }, replaced))
    const held = await collect(until(signal, together({ share, rules }, replaced)))
    return () => each(held)
  }

  async function* inTurn({ share, rules }: Source, segments: SegmentRow[]): AsyncIterable<Item[]> {
    for await (const { items } of readSegments(deps, { segments, door: share.door, rules })) yield items
  }

  async function* together(source: Source, segments: SegmentRow[]): AsyncIterable<Item[]> {
    const read = await Promise.all(segments.map((segment) => collect(inTurn(source, [segment]))))
    yield* read.flat()
  }

  async function idle(): Promise<void> {
    while (running.size > 0) await Promise.all([...running.values()].map(({ done }) => done))
  }

  return {
    committed({ id, door }, revision) {
      // Each revision is committed by one node, so one of them looks.
      if (door !== "native" || revision % (failed.has(id) ? RETRY_AFTER : FAN_OUT) !== 0) return
      failed.delete(id)
      // Sixteen commits ago somebody was here already, and is not done.
      if (waiting.has(id) || running.has(id)) behind.set(id, behind.get(id) ?? [])
      waiting.add(id)
      startWaiting()
    },
    async room(shareID) {
      const waiters = behind.get(shareID)
      if (waiters && !stopped) await new Promise<void>((resolve) => waiters.push(resolve))
    },
    async settle(shareID) {
      waiting.delete(shareID)
      failed.delete(shareID)
      makeRoom(shareID)
      const run = running.get(shareID)
      run?.abort.abort(gone())
      await run?.done
    },
    idle,
    async stop() {
      stopped = true
      for (const shareID of [...behind.keys()]) makeRoom(shareID)
      for (const { abort } of running.values()) abort.abort(new Error("the server stops"))
      await idle()
    },
  }
}

interface Source {
  share: ActiveShare
  rules: ShareRules
}

interface MergeJob {
  share: ActiveShare
  replaced: SegmentRow[]
  fromTheStart: boolean
  signal: AbortSignal
}

async function collect<T>(source: AsyncIterable<T>): Promise<T[]> {
  const values: T[] = []
  for await (const value of source) values.push(value)
  return values
}

async function* each<T>(values: readonly T[]): AsyncIterable<T> {
  yield* values
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
