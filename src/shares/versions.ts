import { type Item, type ItemKey, itemKey, OUR_TYPES } from "../protocol/item.ts"
import type { MessageData, PartData, Revert, SessionData } from "../protocol/opencode.ts"
import type { Machine } from "./ports.ts"

/**
 * Which version of each item a share holds: enough to skip what did not change and to see an undo, without the
 * content. Rebuilt from the log when a node does not have it.
 */
export interface Versions {
  /** The revision that this reflects. */
  revision: number
  readonly rootSessionID: string
  /** Key → hash of the item's last version. */
  readonly hashes: Map<ItemKey, string>
  /** The root session's `revert`, as last synced. */
  revert: Revert | undefined
}

export function createVersions(rootSessionID: string): Versions {
  return { revision: 0, rootSessionID, hashes: new Map(), revert: undefined }
}

/** An item ready to be compared and stored. */
export interface PreparedItem {
  item: Item
  key: ItemKey
  hash: string
  /** The item as one line of a segment. */
  line: string
}

export function prepare(item: Item, rootSessionID: string, machine: Machine): PreparedItem {
  const line = JSON.stringify(item)
  return { item, key: itemKey(item, rootSessionID), hash: machine.hash(line), line }
}

/** Takes one committed item into account. */
export function record(versions: Versions, prepared: PreparedItem): void {
  const batch = beginBatch(versions)
  batch.admit(prepared)
  batch.settle(versions.revision)
}

/** A commit in the making. Of its items it keeps keys and hashes only, so that a 100 MB sync leaves few bytes. */
export interface Batch {
  /** Items admitted so far. */
  readonly items: number
  /** Whether the item says something new, and so belongs into the commit. */
  admit(prepared: PreparedItem): boolean
  /** The commit is done: the versions now reflect it. */
  settle(revision: number): void
}

export function beginBatch(versions: Versions): Batch {
  const added = new Map<ItemKey, string>()
  const removed: Item[] = []
  let root: SessionData | undefined
  let items = 0

  return {
    get items() {
      return items
    },
    admit({ item, key, hash }) {
      if (OUR_TYPES.has(item.type)) removed.push(item)
      // Behind a removal in the same batch, what looks unchanged may be what comes back.
      else if (removed.length === 0 && (added.get(key) ?? versions.hashes.get(key)) === hash) return false
      added.set(key, hash)
      if (key === `session/${versions.rootSessionID}`) root = item.data as SessionData
      items++
      return true
    },
    settle(revision) {
      for (const [key, hash] of added) versions.hashes.set(key, hash)
      for (const item of removed) forget(versions.hashes, item)
      if (root) versions.revert = root.revert
      versions.revision = revision
    },
  }
}

/** What was removed or hidden counts as never seen, so that the same content synced again is stored again. */
function forget(hashes: Map<ItemKey, string>, { type, data }: Item): void {
  const { id, messageID } = data as PartData
  if (type.startsWith("part_")) {
    hashes.delete(`part/${messageID}/${id}`)
    return
  }
  hashes.delete(`message/${id}`)
  for (const key of hashes.keys()) if (key.startsWith(`part/${id}/`)) hashes.delete(key)
}

/**
 * The items that hide what an undo has probably removed. OpenCode's own client never reports those removals; their
 * only trace is a batch that both clears `revert` and brings a new user message. A redo followed at once by a prompt
 * leaves the same trace, hence hiding and not removing: whatever is synced again shows again.
 */
export function inferHidden(versions: Versions, batch: readonly Item[]): Item[] {
  const { revert, rootSessionID, hashes } = versions
  if (typeof revert?.messageID !== "string") return []
  const cleared = batch.some(
    ({ type, data }) =>
      type === "session" && (data as SessionData).id === rootSessionID && !(data as SessionData).revert,
  )
  const prompted = batch.some(
    ({ type, data }) =>
      type === "message" &&
      (data as MessageData).role === "user" &&
      (data as MessageData).sessionID === rootSessionID &&
      !hashes.has(`message/${(data as MessageData).id}`),
  )
  if (!cleared || !prompted) return []

  const hidden: Item[] = []
  for (const key of hashes.keys()) {
    const [type, messageID = "", partID = ""] = key.split("/")
    if (type === "message" && hides(revert, messageID)) {
      hidden.push({ type: "message_hidden", data: { id: messageID, sessionID: rootSessionID } })
    }
    if (type === "part" && messageID === revert.messageID && revert.partID && partID >= revert.partID) {
      hidden.push({ type: "part_hidden", data: { id: partID, messageID, sessionID: rootSessionID } })
    }
  }
  return hidden
}

/** Whole messages only: of the one that `partID` points into, the parts before it stay. */
function hides({ messageID, partID }: Revert, id: string): boolean {
  return partID ? id > messageID : id >= messageID
}
