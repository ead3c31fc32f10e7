import { notFound } from "../protocol/errors.ts"
import { createFold, type Fold } from "../protocol/fold.ts"
import { type Item, type ItemKey, itemKey } from "../protocol/item.ts"
import { type ActiveShare, requireActive } from "./active.ts"
import { createFoldCache, type Folded } from "./fold-cache.ts"
import { describeItems } from "./metadata.ts"
import type { PlainForm } from "./plain.ts"
import { readSegments, straddles } from "./read-segments.ts"
import type { SharesDeps } from "./shares.ts"

export interface Snapshot {
  share: ActiveShare
  /**
   * The state at `share.revision` or later. Shared between readers, and advanced by whole commits only: what is read
   * without waiting in between belongs together.
   */
  fold: Fold
}

export interface ShareReader {
  /** Throws `not_found` or `gone`. */
  find(shareID: string): Promise<ActiveShare>
  /** The share with its content. */
  read(shareID: string): Promise<Snapshot>
  /** The share with its content, and the keys that commits after `revision` touched; undefined: any of them. */
  readSince(shareID: string, revision: number): Promise<Snapshot & { changed: Set<ItemKey> | undefined }>
  /** Drops what is kept of a share's content. */
  forget(shareID: string): void
}

/** Changes of a plain object that are kept for those who follow it. */
const KEPT_CHANGES = 16

export function createReader(deps: SharesDeps & { plain: PlainForm }): ShareReader {
  const { meta, plain } = deps
  const kept = createFoldCache()
  const loading = new Map<string, Promise<Folded>>()
  /** Counts up with every forgetting, so that a load that began before it does not put back what was forgotten. */
  let forgettings = 0

  async function find(shareID: string): Promise<ActiveShare> {
    const share = await meta.findShare(shareID)
    if (!share) throw notFound()
    if (share.state !== "active") forget(shareID)
    return plain.look(requireActive(share))
  }

  function forget(shareID: string): void {
    forgettings++
    kept.delete(shareID)
    loading.delete(shareID)
  }

  /** Readers of the same share wait for one reading of it. */
  function load(share: ActiveShare): Promise<Folded> {
    const before = loading.get(share.id)
    const next = (before ?? Promise.resolve()).catch(() => {}).then(() => advance(share))
    loading.set(share.id, next)
    const clear = () => {
      if (loading.get(share.id) === next) loading.delete(share.id)
    }
    next.then(clear, clear)
    return next
  }

  async function advance(share: ActiveShare): Promise<Folded> {
    const began = forgettings
    const known = kept.get(share.id)
    const state = known?.generation === share.generation ? known : undefined
    const advanced =
      share.form === "plain" ? await advancePlain(share, state) : await advanceLog(share, state)
    if (began === forgettings) kept.set(share.id, advanced)
    return advanced
  }

  async function advanceLog(share: ActiveShare, known: Folded | undefined): Promise<Folded> {
    let state = known ?? emptyState(share)
    let segments = await meta.segments(share.id, state.revision)
    if (straddles(segments, state.revision)) {
      state = emptyState(share)
      segments = await meta.segments(share.id)
    }
    const batches: Item[][] = []
    for await (const { items } of readSegments(deps, { segments, door: share.door })) batches.push(items)
    for (const items of batches) state.fold.apply(items)
    for (const { lastRevision, contentBytes } of segments) {
      state.revision = lastRevision
      state.bytes += contentBytes
    }
    return state
  }

  /** Every version is a whole: what is kept of the last one says what changed. */
  async function advancePlain(share: ActiveShare, known: Folded | undefined): Promise<Folded> {
    if (known && known.revision >= share.revision) return known
    const { revision } = share
    const state = { ...emptyState(share), revision, bytes: share.plain?.bytes ?? 0 }
    state.fold.apply(await plain.read(share))
    const metadata = describeItems(state.fold.items(), share.sessionID)
    if (share.plain) await meta.describePlain({ shareID: share.id, version: share.plain.version, metadata })
    if (!known) return state
    const change = { after: known.revision, keys: differences(known.fold, state.fold) }
    return { ...state, changes: [...known.changes, change].slice(-KEPT_CHANGES) }
  }

  async function read(shareID: string): Promise<Snapshot & { state: Folded }> {
    const before = await find(shareID)
    try {
      const state = await load(before)
      // Again behind the reading: what was revoked meanwhile is not shown.
      const { fold, revision } = state
      return { share: { ...(await find(shareID)), revision }, fold, state }
    } catch (error) {
      // Objects that went missing under the reading may be those of a share that was just revoked.
      await find(shareID)
      throw error
    }
  }

  /** Undefined when that cannot be told any more. */
  async function changedSince(
    { share, fold, state }: Snapshot & { state: Folded },
    revision: number,
  ): Promise<Set<ItemKey> | undefined> {
    if (share.form === "plain") {
      const from = state.changes.findIndex(({ after }) => after === revision)
      return from < 0 ? undefined : new Set(state.changes.slice(from).flatMap(({ keys }) => [...keys]))
    }
    const segments = await meta.segments(share.id, revision)
    if (straddles(segments, revision)) return undefined
    const changed = new Set<ItemKey>()
    const probe = createFold(fold.rootSessionID)
    for await (const { items } of readSegments(deps, { segments, door: share.door })) {
      for (const key of probe.apply(items)) changed.add(key)
    }
    return changed
  }

  return {
    find,
    forget,
    async read(shareID) {
      const { share, fold } = await read(shareID)
      return { share, fold }
    },
    async readSince(shareID, revision) {
      const snapshot = await read(shareID)
      const { share, fold } = snapshot
      return { share, fold, changed: await changedSince(snapshot, revision) }
    },
  }
}

function emptyState({ sessionID, generation }: ActiveShare): Folded {
  return { fold: createFold(sessionID), generation, revision: 0, bytes: 0, changes: [] }
}

/** The keys of what one has and the other has not, or has otherwise. */
function differences(before: Fold, after: Fold): Set<ItemKey> {
  const left = new Map<ItemKey, string>()
  for (const item of before.items()) left.set(itemKey(item, before.rootSessionID), JSON.stringify(item))
  const changed = new Set<ItemKey>()
  for (const item of after.items()) {
    const key = itemKey(item, after.rootSessionID)
    if (left.get(key) !== JSON.stringify(item)) changed.add(key)
    left.delete(key)
  }
  for (const key of left.keys()) changed.add(key)
  return changed
}
