import type { Document } from "../protocol/document.ts"
import { gone, ShareError } from "../protocol/errors.ts"
import type { ItemKey } from "../protocol/item.ts"
import type { Passing } from "../protocol/passing.ts"
import type { LiveEvents } from "../protocol/patch.ts"
import type { ActiveShare } from "../shares/active.ts"
import type { ShareNews, ShareState } from "../shares/ports.ts"
import type { Shares } from "../shares/shares.ts"
import { type Outline, outline, renderChanges } from "../viewer/live.ts"
import type { RenderContext } from "../viewer/page.ts"
import { createEventStream, type EventStream, encodeEvent } from "./event-stream.ts"
import { createPassingSoFar } from "./passing-so-far.ts"

/** Everybody who watches one share on this node: each change is rendered once and sent to all. */
export interface LiveRoom {
  /** A stream that brings a page up to date and keeps it there. */
  join(viewer: Viewer): ReadableStream<Uint8Array>
  /** Ends the viewers' streams; they come again, here or at another node. */
  close(): void
}

export interface Viewer {
  /** Which the page shows. */
  revision: number
  /** At which the viewer was let in; when it is another by now, the stream ends at once. */
  access: number
}

export interface LiveRoomOptions {
  shares: Shares
  shareID: string
  /** The share is sealed: its pages are told of revisions, and draw by themselves what nobody can read here. */
  encrypted: boolean
  context: RenderContext
  /** Milliseconds since the epoch. */
  now(): number
  /** Called once, when the room ends. */
  onClose(): void
  /** Called with what keeps the room from following its share. Must not throw. */
  onError(error: unknown): void
}

/** A change of more items, or of more bytes as a patch, is not sent piece by piece: the page is fetched anew. */
const MOST_CHANGED = 300
const MOST_BYTES = 512 * 1024
/** How long an empty room waits for a viewer to come back: its past events spare the page a fetch. */
const LINGER_MS = 30_000
/** Past events kept for viewers whose connection broke. */
const KEPT_EVENTS = 64
const KEPT_BYTES = 2 * 1024 * 1024
/** After a failure, and while nothing else is announced. */
const RETRY_MS = 1_000
/** Between looks at how many watch. */
const COUNT_MS = 2_000

/** Opens a room at the share's present revision. */
export async function openLiveRoom(options: LiveRoomOptions): Promise<LiveRoom> {
  const { shares, shareID, encrypted, context, now, onClose, onError } = options
  const streams = new Set<EventStream>()
  /** Events in order; the first one leads from `since` to its revision. */
  const past: { since: number; revision: number; event: Uint8Array }[] = []
  /** Until the first read is done there is nothing to catch up with. */
  let revision = Number.POSITIVE_INFINITY
  let shown: Outline = new Map()
  /** Those who watch may see the share as it is at this access, until then. */
  let access = Number.POSITIVE_INFINITY
  let expiresAt: number | undefined
  let heardAccess = -1
  let closed = false
  let wanted = 0
  let following = false
  let emptied: ReturnType<typeof setTimeout> | undefined
  let again: ReturnType<typeof setTimeout> | undefined
  let pastBytes = 0
  let counted = 0

  // Subscribed before the first read, so that no commit falls between the two.
  const unsubscribe = shares.watch(shareID, hear)
  revision = await readFirst().catch((error) => {
    unsubscribe()
    throw error
  })
  const passing = createPassingSoFar()
  /** Who lost passing text, having been slow, and gets all there is of it when there is room. */
  const behind = new WeakSet<EventStream>()
  const stopHearing = shares.hear(shareID, passOn)
  const counting = setInterval(countViewers, COUNT_MS)
  if (heardAccess > access) close()
  if (wanted > revision) follow()

  async function readFirst(): Promise<number> {
    const share = encrypted ? await shares.find(shareID) : await readOutline()
    access = share.access
    expiresAt = share.expiresAt
    return share.revision
  }

  async function readOutline(): Promise<ActiveShare> {
    const { share, fold } = await shares.read(shareID)
    shown = outline(fold.document())
    return share
  }

  function hear(news: ShareNews): void {
    // Others may see it now, or for another time: everybody comes again, and is asked.
    heardAccess = Math.max(heardAccess, news.access ?? -1)
    if (heardAccess > access) close()
    else if (news.state === "active") {
      wanted = Math.max(wanted, news.revision)
      follow()
    } else end(news.state)
  }

  /** One catching-up at a time; what is committed meanwhile is taken together in the next step. */
  async function follow(): Promise<void> {
    if (following || closed) return
    following = true
    clearTimeout(again)
    try {
      while (!closed && wanted > revision && (await step()));
    } catch (error) {
      if (error instanceof ShareError && error.code === "gone") end("revoked")
      else {
        onError(error)
        // What cannot be shown stays so until there is news.
        if (!(error instanceof ShareError)) again = setTimeout(follow, RETRY_MS)
      }
    } finally {
      following = false
    }
  }

  /** Resolves to whether the room got any further. */
  async function step(): Promise<boolean> {
    const found = await (encrypted ? announceNext() : renderNext())
    if (!found) return false
    const { event, to } = found
    past.push({ since: revision, revision: to, event })
    pastBytes += event.byteLength
    while (past.length > KEPT_EVENTS || pastBytes > KEPT_BYTES)
      pastBytes -= past.shift()?.event.byteLength ?? 0
    revision = to
    for (const stream of streams) stream.send(event)
    return true
  }

  async function renderNext(): Promise<{ event: Uint8Array; to: number } | undefined> {
    const { share, fold, changed } = await shares.readSince(shareID, revision)
    if (isOthers(share) || share.revision <= revision) return undefined
    const { event, next } = describeChange(fold.document(), changed, share.revision)
    shown = next
    // It may be that something was taken out of the share, and stands in what is kept.
    if (changed === undefined) forgetPast()
    passing.commit(fold.document(), changed)
    return { event, to: share.revision }
  }

  function forgetPast(): void {
    past.length = 0
    pastBytes = 0
    passing.forget()
  }

  /** News that others may see it now may be lost; the row is what counts. */
  function isOthers(share: Pick<ActiveShare, "access">): boolean {
    if (share.access !== access) close()
    return closed
  }

  async function announceNext(): Promise<{ event: Uint8Array; to: number } | undefined> {
    const share = await shares.find(shareID)
    const { revision: to } = share
    if (isOthers(share) || to <= revision) return undefined
    passing.commit(undefined, undefined)
    return { event: encodeEvent("commit", { revision: to }, to), to }
  }

  /** How many watch changes without a commit, and on other nodes too; and a share ends without news of it. */
  function countViewers(): void {
    if (now() >= (expiresAt ?? Number.POSITIVE_INFINITY)) end("expired")
    const watching = shares.viewers(shareID)
    if (closed || watching === counted) return
    counted = watching
    const event = encodeEvent("viewers", { count: watching })
    for (const stream of streams) stream.offer(event)
  }

  function passOn(passed: Passing): void {
    passing.add(passed)
    const event =
      "sealed" in passed
        ? encodeEvent("sealed", { sealed: passed.sealed })
        : encodeEvent("delta", { deltas: passed.deltas })
    for (const stream of streams) {
      if (behind.has(stream)) catchUpWithPassing(stream)
      else if (!stream.offer(event)) behind.add(stream)
    }
  }

  function catchUpWithPassing(stream: EventStream): void {
    if (passing.events().every((event) => stream.offer(event))) behind.delete(stream)
    else behind.add(stream)
  }

  function describeChange(document: Document, changed: ReadonlySet<ItemKey> | undefined, to: number) {
    const refresh = encodeEvent("refresh", {}, to)
    if (!changed || changed.size > MOST_CHANGED) return { event: refresh, next: outline(document) }
    const { ops, outline: next } = renderChanges({ before: shown, document, changed, context })
    const patch = encodeEvent("patch", { ops }, to)
    return { event: patch.byteLength > MOST_BYTES ? refresh : patch, next }
  }

  function end(state: ShareState): void {
    const message: LiveEvents["gone"] = { message: gone({ state }).message }
    for (const stream of streams) {
      stream.send(encodeEvent("gone", message))
      stream.end()
    }
    close()
  }

  function close(): void {
    if (closed) return
    closed = true
    clearTimeout(emptied)
    clearTimeout(again)
    clearInterval(counting)
    unsubscribe()
    stopHearing()
    for (const stream of streams) stream.end()
    streams.clear()
    shares.setViewers(shareID, 0)
    onClose()
  }

  /** Brings a page that shows another revision to the room's. */
  async function bring(stream: EventStream, from: number): Promise<void> {
    if (from > revision) {
      // The page was rendered by somebody who knows more than this room does yet.
      wanted = Math.max(wanted, from)
      await follow()
    }
    if (from === revision) return
    const at = past.findIndex(({ since }) => since === from)
    // A page as old as no kept event, or newer than the share (a restored backup): start over.
    const missed = at < 0 ? [encodeEvent("refresh", {}, revision)] : past.slice(at).map(({ event }) => event)
    for (const event of missed) stream.send(event)
  }

  return {
    close,
    join({ revision: from, access: admittedAt }) {
      const stream = createEventStream({
        onClose() {
          if (!streams.delete(stream) || closed) return
          shares.setViewers(shareID, streams.size)
          if (streams.size === 0) emptied = setTimeout(close, LINGER_MS)
        },
      })
      clearTimeout(emptied)
      // The room may have ended while this viewer was on its way in; it comes again, and finds a new one.
      if (closed || admittedAt !== access) stream.end()
      else {
        streams.add(stream)
        shares.setViewers(shareID, streams.size)
        if (counted > 0) stream.offer(encodeEvent("viewers", { count: counted }))
        bring(stream, from)
          .catch(onError)
          .then(() => catchUpWithPassing(stream))
      }
      return stream.readable
    },
  }
}
