import { gone, ShareError } from "../../protocol/errors.ts"
import { requireActive } from "../active.ts"
import type { SegmentRow } from "../ports.ts"
import type { SharesDeps } from "../shares.ts"
import type { PlainForm } from "../upload/plain.ts"
import { createPlainRewriter } from "./rewrite-plain.ts"
import { createSegmentRewriter } from "./rewrite-segment.ts"
import type { RulesOf, ShareRules } from "./rules.ts"

/** Takes out of what is stored what owners have taken out of their shares. Readers do not wait for it: they go by the rules. */
export interface Cleaner {
  /** Resolves when what is stored is clean, as far as it can be; throws when something is not to be had now. */
  clean(shareID: string): Promise<void>
  /** The same behind the caller's back. Contract: does not throw, does not wait. */
  wake(shareID: string): void
  /** Goes on with what a crash or a failing store has interrupted. */
  resume(): Promise<void>
  /** Gives up a share. Resolves when nothing is under way that could still put an object. */
  settle(shareID: string): Promise<void>
  /** Resolves when nothing is under way. */
  idle(): Promise<void>
  /** Begins nothing more, and gives up what is under way. */
  stop(): Promise<void>
}

interface Run {
  abort: AbortController
  done: Promise<void>
  /** Something came meanwhile. */
  again: boolean
}

/** Replaced objects that are deleted before others are asked for. */
const BATCH = 500
/** Segments that a node remembers to be none that can be read. */
const MOST_UNREADABLE = 10_000

export function createCleaner(deps: SharesDeps & { plain: PlainForm; rulesOf: RulesOf }): Cleaner {
  const { meta, blobs, log, rulesOf } = deps
  const rewriteSegment = createSegmentRewriter(deps)
  const rewritePlain = createPlainRewriter(deps)
  const running = new Map<string, Run>()
  /** Nobody can read them, so nothing is shown of them, and to try again and again would be of no use. */
  const unreadable = new Set<string>()
  let stopped = false

  function clean(shareID: string): Promise<void> {
    const known = running.get(shareID)
    if (known) {
      known.again = true
      return known.done
    }
    if (stopped) return Promise.resolve()
    const run: Run = { abort: new AbortController(), done: Promise.resolve(), again: false }
    running.set(shareID, run)
    run.done = cleanAll(shareID, run).finally(() => running.delete(shareID))
    return run.done
  }

  async function cleanAll(shareID: string, run: Run): Promise<void> {
    const { signal } = run.abort
    do {
      run.again = false
      while (await cleanOnce(shareID, signal));
      await deleteReplaced(shareID)
    } while (run.again && !signal.aborted)
  }

  /** Resolves to whether there may be more. */
  async function cleanOnce(shareID: string, signal: AbortSignal): Promise<boolean> {
    const found = await meta.findShare(shareID)
    if (signal.aborted || found?.state !== "active" || found.redactions === 0) return false
    // Of what is sealed nothing comes in that is not clean: all there is to do is to delete what was replaced.
    if (found.encrypted) return false
    const share = requireActive(found)
    const rules = await rulesOf(share)
    if (share.door === "direct" && share.form !== "log") {
      await trying(share.plain?.version ?? shareID, () => rewritePlain({ share, rules }))
    }
    const behind = (await meta.segments(shareID)).filter((segment) => isBehind(segment, rules))
    for (const segment of behind) {
      signal.throwIfAborted()
      await cleanSegment({ share, segment, rules, signal })
    }
    return behind.length > 0
  }

  function isBehind({ id, redactions }: SegmentRow, { count }: ShareRules): boolean {
    return redactions < count && !unreadable.has(id)
  }

  async function cleanSegment(job: Parameters<typeof rewriteSegment>[0]): Promise<void> {
    const { share, segment } = job
    try {
      await trying(segment.id, () => rewriteSegment(job))
    } catch (error) {
      // Merged away meanwhile, and its object deleted under the reading: what came of it is looked at next.
      const still = (await meta.segments(share.id)).some(({ id }) => id === segment.id)
      if (still || job.signal.aborted) throw error
    }
  }

  async function trying(name: string, work: () => Promise<void>): Promise<void> {
    if (unreadable.has(name)) return
    try {
      await work()
    } catch (error) {
      if (!(error instanceof ShareError) || error.code !== "unreadable") throw error
      if (unreadable.size < MOST_UNREADABLE) unreadable.add(name)
      log.warn({ err: error }, "cannot take anything out of what cannot be read")
    }
  }

  /** Object, then row: what fails in between is done again. */
  async function deleteReplaced(shareID: string): Promise<void> {
    for (;;) {
      const batch = await meta.superseded(1, BATCH, shareID)
      for (const segment of batch) {
        await blobs.delete(segment.objectKey)
        await meta.forgetSuperseded(segment)
      }
      if (batch.length < BATCH) return
    }
  }

  function wake(shareID: string): void {
    clean(shareID).catch((err: unknown) => {
      if (!stopped) log.warn({ err, share: shareID }, "could not take out of the store yet what was redacted")
    })
  }

  async function idle(): Promise<void> {
    while (running.size > 0) await Promise.allSettled([...running.values()].map(({ done }) => done))
  }

  return {
    clean,
    wake,
    idle,
    async resume() {
      for (const shareID of await meta.unredacted()) {
        wake(shareID)
        await running.get(shareID)?.done.catch(() => {})
      }
    },
    async settle(shareID) {
      const run = running.get(shareID)
      run?.abort.abort(gone())
      await run?.done.catch(() => {})
    },
    async stop() {
      stopped = true
      for (const { abort } of running.values()) abort.abort(new Error("the server stops"))
      await idle()
    },
  }
}
