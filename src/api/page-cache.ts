import { ShareError } from "../protocol/errors.ts"
import type { Gate } from "../shares/access/admission.ts"
import type { ActiveShare } from "../shares/active.ts"
import type { Machine, ShareNews } from "../shares/ports.ts"
import type { Snapshot } from "../shares/read/read.ts"
import type { Shares } from "../shares/shares.ts"
import type { Encode } from "./content-coding.ts"
import { collect, gatherText } from "./stream-text.ts"
import { createWholePage, type WholePage } from "./whole-page.ts"

/** Rendered pages in memory, each for as long as it is what its share says. */
export interface PageCache {
  /**
   * The share's page: whole, or in pieces when it is too large to be kept. Throws `not_found` or `gone`.
   * @param found its row, when that has just been read
   */
  open(shareID: string, found?: ActiveShare): Promise<OpenedPage>
  /** Who may see a share whose page is kept, as long as that is known without a question. */
  gateOf(shareID: string): Gate | undefined
  /** Drops what is kept of a share. */
  forget(shareID: string): void
  /** What is kept comes to. Bytes. */
  size(): number
}

export interface OpenedPage {
  page: WholePage | Iterable<string>
  /** As it was when it was read. */
  share: ActiveShare
}

export interface PageCacheOptions<S extends Snapshot> {
  shares: Pick<Shares, "find" | "watch" | "isFresh"> & { read(shareID: string): Promise<S> }
  machine: Pick<Machine, "now" | "hash">
  encode: Encode
  /** Of a whole page. */
  headers(share: ActiveShare): Readonly<Record<string, string>>
  render(snapshot: S): Iterable<string>
  /**
   * What all pages may come to together; up to where one is whole before its first word is sent, and up to where it is
   * kept. Bytes; characters.
   */
  limits?: { bytes: number; atOnce: number; characters: number }
}

interface Kept {
  share: ActiveShare
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

export function createPageCache<S extends Snapshot>(options: PageCacheOptions<S>): PageCache {
  const { shares, machine, render, limits = LIMITS } = options
  /** The longest unread first. */
  const kept = new Map<string, Kept>()
  const rendering = new Map<string, Promise<unknown>>()
  const wholePage = (html: string, share: ActiveShare) =>
    createWholePage(html, {
      encode: options.encode,
      headers: options.headers(share),
      hash: machine.hash,
      onGrow: trim,
    })

  async function open(shareID: string, found?: ActiveShare): Promise<OpenedPage> {
    const known = await find(shareID, found)
    if (known) return pageOf(known)
    const underWay = rendering.get(shareID)
    if (underWay === undefined) return renderFirst(shareID)
    await underWay.catch(() => {})
    // A page that was overtaken is not kept; to wait for one that is not could take for ever.
    const made = await find(shareID)
    if (made) return pageOf(made)
    const snapshot = await shares.read(shareID)
    return { page: render(snapshot), share: snapshot.share }
  }

  async function pageOf(entry: Kept): Promise<OpenedPage> {
    const { page, share } = entry
    if (page) return { page, share }
    const snapshot = await shares.read(share.id)
    const pieces = render(snapshot)
    const isSame = snapshot.share.revision === share.revision
    return { page: isSame ? keepWhenRead(pieces, entry) : pieces, share: snapshot.share }
  }

  function gateOf(shareID: string): Gate | undefined {
    const entry = kept.get(shareID)
    return entry && isSure(entry) ? entry.share : undefined
  }

  /** The same pieces. When their reader has taken the last of them, they are kept as a page; one reader's at a time. */
  function* keepWhenRead(pieces: Iterable<string>, entry: Kept): Iterable<string> {
    if (entry.tooLarge || entry.collecting) return yield* pieces
    entry.collecting = true
    try {
      yield* collect(pieces, limits.characters, (whole) => {
        if (whole === undefined) entry.tooLarge = true
        else if (kept.get(entry.share.id) === entry) {
          entry.page = wholePage(whole, entry.share)
          trim()
        }
      })
    } finally {
      entry.collecting = false
    }
  }

  /** What is kept and still holds. */
  async function find(shareID: string, found?: ActiveShare): Promise<Kept | undefined> {
    const entry = kept.get(shareID)
    if (!entry) return undefined
    if (!isSure(entry)) {
      await confirm(entry, found)
      if (kept.get(shareID) !== entry) return undefined
    }
    kept.delete(shareID)
    kept.set(shareID, entry)
    return entry
  }

  function isSure({ confirmedAt, share }: Kept): boolean {
    const now = machine.now()
    const age = now - confirmedAt
    // A clock may be set back.
    return (
      shares.isFresh() && age >= 0 && age < CONFIRM_MS && now < (share.expiresAt ?? Number.POSITIVE_INFINITY)
    )
  }

  async function confirm(entry: Kept, known: ActiveShare | undefined): Promise<void> {
    const asked = machine.now()
    try {
      const found = known ?? (await shares.find(entry.share.id))
      if (!isSameState(found, entry.share)) return drop(entry)
      entry.confirmedAt = asked
    } catch (error) {
      if (error instanceof ShareError) drop(entry)
      throw error
    }
  }

  /** Whoever comes meanwhile waits for this rendering instead of starting another. */
  function renderFirst(shareID: string): Promise<OpenedPage> {
    const made = renderAndKeep(shareID)
    rendering.set(shareID, made)
    const done = () => {
      if (rendering.get(shareID) === made) rendering.delete(shareID)
    }
    made.then(done, done)
    return made
  }

  async function renderAndKeep(shareID: string): Promise<OpenedPage> {
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
      const page = whole === undefined ? undefined : wholePage(whole, snapshot.share)
      const { share } = snapshot
      entry = {
        share,
        page,
        tooLarge: false,
        collecting: false,
        confirmedAt,
        unsubscribe,
      }
      // What is not settled changes without news.
      if (!share.settled || (heard && outdates(heard, entry))) unsubscribe()
      else keep(entry)
      return { page: page ?? keepWhenRead(pieces, entry), share }
    } catch (error) {
      unsubscribe()
      throw error
    }
  }

  function keep(entry: Kept): void {
    const { id } = entry.share
    const before = kept.get(id)
    if (before) drop(before)
    kept.set(id, entry)
    trim()
  }

  function drop(entry: Kept): void {
    entry.unsubscribe()
    if (kept.get(entry.share.id) === entry) kept.delete(entry.share.id)
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

  function forget(shareID: string): void {
    const entry = kept.get(shareID)
    if (entry) drop(entry)
  }

  return { open, gateOf, forget, size }
}

function outdates(news: ShareNews, { share }: Pick<Kept, "share">): boolean {
  const { state, revision, access = share.access } = news
  return state !== "active" || revision > share.revision || access > share.access
}

function isSameState(a: ActiveShare, b: ActiveShare): boolean {
  return a.generation === b.generation && a.revision === b.revision && a.access === b.access
}

function sizeOf({ page }: Kept): number {
  return ENTRY_BYTES + (page?.size() ?? 0)
}
