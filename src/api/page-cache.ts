import { ShareError } from "../protocol/errors.ts"
import type { Machine, ShareNews } from "../shares/ports.ts"
import type { Snapshot } from "../shares/read/read.ts"
import type { Shares } from "../shares/shares.ts"
import type { Encode } from "./content-coding.ts"
import { collect, gatherText } from "./stream-text.ts"
import { createWholePage, type WholePage } from "./whole-page.ts"

/** Rendered pages in memory, each for as long as it is what its share says. */
export interface PageCache {
  /** The share's page: whole, or in pieces when it is too large to be kept. Throws `not_found` or `gone`. */
  open(shareID: string): Promise<WholePage | Iterable<string>>
  /** What is kept comes to. Bytes. */
  size(): number
}

export interface PageCacheOptions {
  shares: Pick<Shares, "find" | "read" | "watch" | "isFresh">
  machine: Pick<Machine, "now" | "hash">
  encode: Encode
  /** Of every whole page. */
  headers: Readonly<Record<string, string>>
  render(snapshot: Snapshot): Iterable<string>
  /**
   * What all pages may come to together; up to where one is whole before its first word is sent, and up to where it is
   * kept. Bytes; characters.
   */
  limits?: { bytes: number; atOnce: number; characters: number }
}

interface Kept {
  shareID: string
  generation: number
  revision: number
  /** Undefined until somebody has read all of it, and for ever when it is too large. */
  page: WholePage | undefined
  tooLarge: boolean
  /** Somebody reads it, and it is kept when they have read it all. */
  collecting: boolean
  /** When its share's row was last asked for. Milliseconds since the epoch. */
  confirmedAt: number
  unsubscribe(): void
}

/** A larger page than `atOnce` is streamed to who comes first, so that its first words need not wait for its last. */
const LIMITS = { bytes: 64 * 1024 * 1024, atOnce: 1024 * 1024, characters: 16 * 1024 * 1024 }
/** What an entry takes beside its page. Bytes. */
const ENTRY_BYTES = 1024
/**
 * News ends a kept page at once. After so many milliseconds the row is asked all the same, since a node that dies
 * between its commit and its news tells nobody.
 */
const CONFIRM_MS = 1_000

export function createPageCache(options: PageCacheOptions): PageCache {
  const { shares, machine, render, limits = LIMITS } = options
  /** The longest unread first. */
  const kept = new Map<string, Kept>()
  const rendering = new Map<string, Promise<unknown>>()
  const pageOptions = { encode: options.encode, headers: options.headers, hash: machine.hash, onGrow: trim }

  async function open(shareID: string): Promise<WholePage | Iterable<string>> {
    const known = await find(shareID)
    if (known) return pageOf(known)
    const underWay = rendering.get(shareID)
    if (underWay === undefined) return renderFirst(shareID)
    await underWay.catch(() => {})
    // A page that was overtaken is not kept; to wait for one that is not could take for ever.
    const made = await find(shareID)
    return made ? pageOf(made) : render(await shares.read(shareID))
  }

  async function pageOf(entry: Kept): Promise<WholePage | Iterable<string>> {
    if (entry.page) return entry.page
    const snapshot = await shares.read(entry.shareID)
    const pieces = render(snapshot)
    return snapshot.share.revision === entry.revision ? keepWhenRead(pieces, entry) : pieces
  }

  /** The same pieces. When their reader has taken the last of them, they are kept as a page; one reader's at a time. */
  function* keepWhenRead(pieces: Iterable<string>, entry: Kept): Iterable<string> {
    if (entry.tooLarge || entry.collecting) return yield* pieces
    entry.collecting = true
    try {
      yield* collect(pieces, limits.characters, (whole) => {
        if (whole === undefined) entry.tooLarge = true
        else if (kept.get(entry.shareID) === entry) {
          entry.page = createWholePage(whole, pageOptions)
          trim()
        }
      })
    } finally {
      entry.collecting = false
    }
  }

  /** What is kept and still holds. */
  async function find(shareID: string): Promise<Kept | undefined> {
    const entry = kept.get(shareID)
    if (!entry) return undefined
    if (!isSure(entry)) {
      await confirm(entry)
      if (kept.get(shareID) !== entry) return undefined
    }
    kept.delete(shareID)
    kept.set(shareID, entry)
    return entry
  }

  function isSure({ confirmedAt }: Kept): boolean {
    const age = machine.now() - confirmedAt
    // A clock may be set back.
    return shares.isFresh() && age >= 0 && age < CONFIRM_MS
  }

  async function confirm(entry: Kept): Promise<void> {
    const asked = machine.now()
    try {
      const { generation, revision } = await shares.find(entry.shareID)
      if (generation !== entry.generation || revision !== entry.revision) return drop(entry)
      entry.confirmedAt = asked
    } catch (error) {
      if (error instanceof ShareError) drop(entry)
      throw error
    }
  }

  /** Whoever comes meanwhile waits for this rendering instead of starting another. */
  function renderFirst(shareID: string): Promise<WholePage | Iterable<string>> {
    const made = renderAndKeep(shareID)
    rendering.set(shareID, made)
    const done = () => {
      if (rendering.get(shareID) === made) rendering.delete(shareID)
    }
    made.then(done, done)
    return made
  }

  async function renderAndKeep(shareID: string): Promise<WholePage | Iterable<string>> {
    let heard: ShareNews | undefined
    let entry: Kept | undefined
    // Before the reading, so that no news falls between the two.
    const unsubscribe = shares.watch(shareID, (news) => {
      heard = news
      // Who comes from now on wants more than a rendering that is under way will show.
      if (!entry) rendering.delete(shareID)
      else if (outdates(news, entry)) drop(entry)
    })
    try {
      const confirmedAt = machine.now()
      const snapshot = await shares.read(shareID)
      const { whole, pieces } = await gatherText(render(snapshot), limits.atOnce)
      // It may have been revoked while it was rendered.
      if (heard && heard.state !== "active") await shares.find(shareID)
      const page = whole === undefined ? undefined : createWholePage(whole, pageOptions)
      const { generation, revision, settled } = snapshot.share
      entry = {
        shareID,
        generation,
        revision,
        page,
        tooLarge: false,
        collecting: false,
        confirmedAt,
        unsubscribe,
      }
      // What is not settled changes without news.
      if (!settled || (heard && outdates(heard, entry))) unsubscribe()
      else keep(entry)
      return page ?? keepWhenRead(pieces, entry)
    } catch (error) {
      unsubscribe()
      throw error
    }
  }

  function keep(entry: Kept): void {
    const before = kept.get(entry.shareID)
    if (before) drop(before)
    kept.set(entry.shareID, entry)
    trim()
  }

  function drop(entry: Kept): void {
    entry.unsubscribe()
    if (kept.get(entry.shareID) === entry) kept.delete(entry.shareID)
  }

  function size(): number {
    let bytes = 0
    for (const entry of kept.values()) bytes += sizeOf(entry)
    return bytes
  }

  function trim(): void {
    let bytes = size()
    for (const oldest of kept.values()) {
      if (bytes <= limits.bytes) return
      bytes -= sizeOf(oldest)
      drop(oldest)
    }
  }

  return { open, size }
}

function outdates(news: ShareNews, { revision }: Pick<Kept, "revision">): boolean {
  return news.state !== "active" || news.revision > revision
}

function sizeOf({ page }: Kept): number {
  return ENTRY_BYTES + (page?.size() ?? 0)
}
