import type { ApiClient } from "../../client/api-client.ts"
import { CallError } from "../../client/call-error.ts"
import { retryDelay, verdictOf } from "../../client/retry.ts"
import { putObject } from "../../client/store.ts"
import type { PresignAnswer, SegmentTicketAnswer } from "../../protocol/routes.ts"
import { atMost } from "../at-most.ts"
import type { KeyringEntry } from "../shares/keyring.ts"
import type { ShareClaim } from "./accepted.ts"
import type { Outbox } from "./outbox.ts"
import type { PackedSegment } from "./packer.ts"
import type { SegmentForm } from "./segment-form.ts"
import { type ShareLock, takeShareLock } from "./share-lock.ts"
import { prepareMerge } from "./upload-merge.ts"
import { type Prepared, prepareWaiting } from "./waiting-segments.ts"

/** Sends what waits for one share, in order, until the server has it. */
export interface Sender {
  /** Something may wait. Returns at once. */
  wake(): void
  /** Resolves when nothing waits any more, or sending has failed, or after this many milliseconds. */
  settle(withinMs: number): Promise<void>
  /** Asks how many watch, without sending anything. */
  ask(): void
  /** Resolves when nothing of it is under way any more. */
  stop(): Promise<void>
}

export interface SenderDeps {
  api: ApiClient
  outbox: Outbox
  form: SegmentForm
  entry: KeyringEntry
  fetch: typeof globalThis.fetch
  now: () => number
  random: () => number
  pid: number
  /** Between two sends, in milliseconds: short while somebody watches. */
  interval(): number
  claim(): ShareClaim | undefined
  /** Told of every answer. */
  onAnswer(answer: PresignAnswer): void
  /** Told of what keeps it from sending. `final`: it has given up on this share. Must not throw. */
  onFailure(error: unknown, final: boolean): void
  /** Told of a merge that failed: it is tried again after the next commit, and decides nothing. Must not throw. */
  onMergeFailure(error: unknown): void
}

/** Batches that may wait before they are put together. */
const SQUASH_ABOVE = 64
/** Another process is sending this share; when that ends, it is our turn. */
const LOCKED_MS = 1_000

const STOP_MS = 1_000

interface Uploaded extends Prepared {
  tickets: SegmentTicketAnswer[]
}

export function createSender(deps: SenderDeps): Sender {
  const { api, outbox, form, entry, now, random } = deps
  const { shareID } = entry
  const ended = new AbortController()
  let lock: ShareLock | undefined
  let running: Promise<void> | undefined
  let timer: ReturnType<typeof setTimeout> | undefined
  let failures = 0
  let lastEnd = 0
  let asked = false
  let wokenMeanwhile = false
  let over = false
  /** Put, and not known to be committed. */
  let uploaded: Uploaded | undefined

  function wake(): void {
    // It may have looked for the last time just before.
    if (running) wokenMeanwhile = true
    if (over || running || timer) return
    schedule(Math.max(0, lastEnd + deps.interval() - now()))
  }

  function schedule(delay: number): void {
    clearTimeout(timer)
    timer = setTimeout(() => {
      timer = undefined
      run()
    }, delay)
    timer.unref?.()
  }

  /** One run at a time. Never rejects. */
  function run(): Promise<void> {
    if (over) return Promise.resolve()
    running ??= attempt().finally(() => {
      running = undefined
      lastEnd = now()
      if (wokenMeanwhile) wake()
      wokenMeanwhile = false
    })
    return running
  }

  async function attempt(): Promise<void> {
    try {
      if (lock && !(await lock.isHeld())) loseLock()
      lock ??= await takeShareLock(outbox.folderOf(shareID), { now, pid: deps.pid })
      if (!lock) return schedule(LOCKED_MS)
      while (!over && (await lock.isHeld()) && (await step()));
      failures = 0
      // Not after a failure: what is put and not committed must not be overtaken by what another process sends.
      await release()
    } catch (error) {
      await fail(error)
    }
  }

  /** Another process goes on with what waits: what was put here and not committed would come after it. */
  function loseLock(): void {
    lock?.release().catch(() => {})
    lock = undefined
    uploaded = undefined
    form.forget()
  }

  /** One round with the server: commits what was put, gets tickets for what waits, and puts that. */
  async function step(): Promise<boolean> {
    const except = new Set(uploaded?.batches)
    const next = await prepareWaiting({ outbox, packer: form }, { shareID, except })
    if (!uploaded && !next && !asked) return false
    asked = false
    const answer = await api.presign(
      entry,
      {
        ...(uploaded && { commit: await commitOf(uploaded) }),
        tickets: (next?.segments ?? []).map(({ bytes, sha256 }) => ({ bytes, sha256 })),
      },
      ended.signal,
    )
    if (uploaded) {
      form.taken(answer)
      await outbox.remove(shareID, uploaded.batches)
      uploaded = undefined
    }
    deps.onAnswer(answer)
    if (next) {
      // What its owner has taken out by now does not leave this machine.
      if (!(await form.mayPut(next.segments, answer))) return true
      for (const [i, segment] of next.segments.entries()) await put(answer.tickets[i], segment)
      uploaded = { ...next, tickets: answer.tickets }
      return true
    }
    if (answer.merge.length > 0)
      await mergeNext(answer.merge).catch((error: unknown) => deps.onMergeFailure(error))
    return false
  }

  async function put(ticket: SegmentTicketAnswer | undefined, { body }: PackedSegment): Promise<void> {
    if (!ticket) throw new CallError("not_api", "The server gave no ticket for a segment.")
    await putObject({ fetch: deps.fetch, now }, ticket, { body, signal: ended.signal })
  }

  async function mergeNext(replaces: readonly string[]): Promise<void> {
    const plan = await prepareMerge({ api, form }, { share: entry, rootSessionID: entry.sessionID, replaces })
    if (!plan) return
    const { bytes, sha256, items, contentBytes } = plan.packed
    const room = await api.presign(entry, { tickets: [{ bytes, sha256 }] }, ended.signal)
    if (!(await form.mayPut([plan.packed], room))) return
    const [ticket] = room.tickets
    await put(ticket, plan.packed)
    const segment = { segment: ticket?.segment ?? "", bytes, sha256, items, contentBytes }
    const sealed = await form.mergeFields(plan, segment.segment, deps.claim())
    const merge = { replaces: [...replaces], epoch: plan.epoch, segment, ...sealed }
    const answer = await api.presign(entry, { merge })
    form.taken(answer)
    deps.onAnswer(answer)
    // One merge can make the next one due.
    if (answer.merge.length > 0 && !over) await mergeNext(answer.merge)
  }

  async function commitOf({ segments, tickets }: Uploaded) {
    const named = segments.map(({ bytes, sha256, items, contentBytes }, i) => ({
      segment: tickets[i]?.segment ?? "",
      bytes,
      sha256,
      items,
      contentBytes,
    }))
    const fields = await form.commitFields(
      named.map(({ segment }) => segment),
      segments,
      deps.claim(),
    )
    return { segments: named, ...fields }
  }

  async function fail(error: unknown): Promise<void> {
    if (over) return
    const verdict = error instanceof CallError ? verdictOf(error) : "again"
    if (verdict === "anew") {
      uploaded = undefined
      form.forget()
    }
    over = verdict === "never"
    deps.onFailure(error, over)
    failures++
    if (over) return release()
    await squash()
    // What is put and not committed must not be overtaken by what another process sends.
    if (!uploaded) await release()
    const retryAfter = error instanceof CallError ? error.retryAfterMs : undefined
    schedule(retryDelay(failures, random(), retryAfter))
  }

  /** While the server is away batches pile up. What is put already stays as it is, and in order. */
  async function squash(): Promise<void> {
    try {
      if (!uploaded && (await outbox.waiting(shareID)).length > SQUASH_ABOVE) await outbox.squash(shareID)
    } catch (error) {
      deps.onFailure(error, false)
    }
  }

  async function release(): Promise<void> {
    const held = lock
    lock = undefined
    await held?.release()
  }

  return {
    wake,
    ask() {
      asked = true
      wake()
    },
    async settle(withinMs) {
      clearTimeout(timer)
      timer = undefined
      // What is under way may have begun before the last batch.
      await atMost((running ?? Promise.resolve()).then(run), withinMs)
    },
    async stop() {
      over = true
      clearTimeout(timer)
      ended.abort()
      // What cannot be aborted is not waited for without end.
      if (running) await atMost(running, STOP_MS)
      await release().catch(() => {})
    },
  }
}
