import { notFound, ShareError } from "../../protocol/errors.ts"
import { createFold, type Fold } from "../../protocol/fold.ts"
import { type Item, type ItemKey, itemKey } from "../../protocol/item.ts"
import { type ActiveShare, requireActive } from "../active.ts"
import { describeItems } from "../metadata.ts"
import { createPauses } from "../pauses.ts"
import { StorageError } from "../ports.ts"
import { createRecent } from "../recent.ts"
import type { RulesOf } from "../redact/rules.ts"
import type { SharesDeps } from "../shares.ts"
import type { PlainForm } from "../upload/plain.ts"
import { EncryptedShare } from "./encrypted.ts"
import { createFoldCache, type Folded } from "./fold-cache.ts"
import { readSegments, straddles } from "./read-segments.ts"

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
  /** The share with its content. Throws `EncryptedShare` where that is sealed. */
  read(shareID: string): Promise<Snapshot>
  /**
   * The share with its content, and the keys that commits after `revision` touched; undefined: any of them. Keys of what
   * did not change may be among them, while those of what a merge has removed for good are not.
   */
  readSince(shareID: string, revision: number): Promise<Snapshot & { changed: Set<ItemKey> | undefined }>
  /** Drops what is kept of a share's content. */
  forget(shareID: string): void
}

/** A reading under way; those that wait for each other share a fate. */
interface Loading {
  done: Promise<Folded>
  fate: { forgotten: boolean }
}

/** Shares of which it is remembered that they cannot be read. */
const REMEMBERED = 10_000
/** Items of a plain object that are folded at a time. */
const BATCH = 1_000
/** Changes of a plain object that are kept for those who follow it. */
const KEPT_CHANGES = 16

export function createReader(deps: SharesDeps & { plain: PlainForm; rulesOf: RulesOf }): ShareReader {
  const { meta, plain, rulesOf } = deps
  const kept = createFoldCache()
  const loading = new Map<string, Loading>()
  /** What could not be read, until it is another: whoever asks for it would have it read again. */
  const faults = createRecent<{ version: string; fault: ShareError }>(REMEMBERED)

  async function find(shareID: string): Promise<ActiveShare> {
    const share = await meta.findShare(shareID)
    if (!share) throw notFound()
    if (share.state !== "active") forget(shareID)
    return plain.look(requireActive(share))
  }

  function forget(shareID: string): void {
    kept.delete(shareID)
    const underWay = loading.get(shareID)
    if (underWay) underWay.fate.forgotten = true
    loading.delete(shareID)
  }

  /** Readers of the same share wait for one reading of it. */
  function load(share: ActiveShare): Promise<Folded> {
    const before = loading.get(share.id)
    const fate = before?.fate ?? { forgotten: false }
    const done = (before?.done ?? Promise.resolve()).catch(() => {}).then(() => advance(share, fate))
    const own = { done, fate }
    loading.set(share.id, own)
    const clear = () => {
      if (loading.get(share.id) === own) loading.delete(share.id)
    }
    done.then(clear, clear)
    return done
  }

  async function advance(share: ActiveShare, fate: Loading["fate"]): Promise<Folded> {
    const { id, generation, revision, epoch } = share
    const known = kept.get(id)
    const same = known?.generation === generation && known.redactions === share.redactions
    const state = same ? known : undefined
    const version = `${generation} ${revision} ${epoch}`
    const failed = faults.get(id)
    if (failed?.version === version) throw failed.fault
    try {
      const advanced =
        share.form === "plain" ? await advancePlain(share, state) : await advanceLog(share, state)
      if (!fate.forgotten) kept.set(id, advanced)
      return advanced
    } catch (error) {
      if (error instanceof ShareError && error.code === "unreadable") {
        faults.set(id, { version, fault: error })
      }
      throw error
    }
  }

  async function advanceLog(share: ActiveShare, known: Folded | undefined): Promise<Folded> {
    let state = known ?? emptyState(share)
    let segments = await meta.segments(share.id, state.revision)
    if (straddles(segments, state.revision)) {
      state = emptyState(share)
      segments = await meta.segments(share.id)
    }
    const batches: Item[][] = []
    const most = 2 * deps.maxShareBytes
    const rules = await rulesOf(share)
    for await (const { items } of readSegments(deps, { segments, door: share.door, rules, most }))
      batches.push(items)
    for (const items of batches) state.fold.apply(items)
    for (const { lastRevision, contentBytes } of segments) {
      state.revision = lastRevision
      state.bytes += contentBytes
    }
    // A rule raises the revision without a segment.
    state.revision = Math.max(state.revision, share.revision)
    return state
  }

  /** Every version is a whole: what is kept of the last one says what changed. */
  async function advancePlain(share: ActiveShare, known: Folded | undefined): Promise<Folded> {
    if (known && known.revision >= share.revision) return known
    const { revision } = share
    const state = { ...emptyState(share), revision, bytes: share.plain?.bytes ?? 0 }
    const items = await plain.read(share)
    const pause = createPauses()
    for (let at = 0; at < items.length; at += BATCH) {
      state.fold.apply(items.slice(at, at + BATCH))
      await pause()
    }
    const metadata = describeItems(state.fold.items(), share.sessionID)
    if (share.plain) {
      const { version } = share.plain
      await meta.describePlain({ shareID: share.id, version, redactions: share.redactions, metadata })
    }
    if (!known) return state
    const change = { after: known.revision, keys: await differences(known.fold, state.fold) }
    return { ...state, changes: [...known.changes, change].slice(-KEPT_CHANGES) }
  }

  async function read(shareID: string): Promise<Snapshot & { state: Folded }> {
    const before = await find(shareID)
    if (before.encrypted) throw new EncryptedShare(before)
    try {
      const state = await load(before)
      // Again behind the reading: what was revoked meanwhile is not shown.
      const { fold, generation, revision, redactions } = state
      const share = await find(shareID)
      // The id was given again meanwhile, or something was taken out.
      if (share.generation !== generation || share.redactions !== redactions) return read(shareID)
      return { share: { ...share, revision }, fold, state }
    } catch (error) {
      // Objects that went missing under the reading may be those of a share that was just revoked, or rewritten.
      const { epoch } = await find(shareID)
      if (epoch !== before.epoch && error instanceof StorageError) return read(shareID)
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
    // What was taken out may have stood anywhere.
    if (revision < share.redactedTo) return undefined
    // A merged segment says more than what is new; of what it left out for good, a reader's own memory tells.
    const [rules, segments] = [await rulesOf(share), await meta.segments(share.id, revision)]
    const changed = new Set<ItemKey>()
    const probe = createFold(fold.rootSessionID)
    for await (const { items } of readSegments(deps, { segments, door: share.door, rules })) {
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

function emptyState({ sessionID, generation, redactions }: ActiveShare): Folded {
  return { fold: createFold(sessionID), generation, redactions, revision: 0, bytes: 0, changes: [] }
}

/** The keys of what one has and the other has not, or has otherwise. */
async function differences(before: Fold, after: Fold): Promise<Set<ItemKey>> {
  const pause = createPauses()
  const left = new Map<ItemKey, string>()
  for (const item of before.items()) {
    left.set(itemKey(item, before.rootSessionID), JSON.stringify(item))
    await pause()
  }
  const changed = new Set<ItemKey>()
  for (const item of after.items()) {
    const key = itemKey(item, after.rootSessionID)
    if (left.get(key) !== JSON.stringify(item)) changed.add(key)
    left.delete(key)
    await pause()
  }
  for (const key of left.keys()) changed.add(key)
  return changed
}
