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

/** What a commit leaves of an item in the versions; its content stays in the segment. */
export interface Mark {
  type: string
  key: ItemKey
  hash: string
  /** The item's `id` and `messageID`, where it has them. */
  id: string
  messageID: string
  /** Of a session: its `revert`. */
  revert: Revert | undefined
}

/** An item ready to be compared and stored. */
export interface PreparedItem {
  item: Item
  mark: Mark
  /** The item as one line of a segment. */
  line: string
}

export function prepare(item: Item, rootSessionID: string, machine: Machine): PreparedItem {
  const line = JSON.stringify(item)
  const { id = "", messageID = "", revert } = item.data as Partial<PartData & SessionData>
  const key = itemKey(item, rootSessionID)
  return { item, line, mark: { type: item.type, key, hash: machine.hash(line), id, messageID, revert } }
}

/** Lets through what differs from the share's versions, and from what the same batch said before. */
export async function* changedOnly(
  items: AsyncIterable<PreparedItem>,
  { hashes }: Versions,
): AsyncIterable<PreparedItem> {
  const inBatch = new Map<ItemKey, string>()
  let removes = false
  for await (const prepared of items) {
    const { type, key, hash } = prepared.mark
    removes ||= OUR_TYPES.has(type)
    // Behind a removal in the same batch, what looks unchanged may be what comes back.
    if (!removes && (inBatch.get(key) ?? hashes.get(key)) === hash) continue
    inBatch.set(key, hash)
    yield prepared
  }
}

/** Takes a committed item into account. */
export function record(versions: Versions, { type, key, hash, id, messageID, revert }: Mark): void {
  const { hashes } = versions
  hashes.set(key, hash)
  switch (type) {
    case "session":
      if (id === versions.rootSessionID) versions.revert = revert
      break
    // What was removed or hidden counts as never seen, so that the same content synced again is stored again.
    case "message_removed":
    case "message_hidden":
      hashes.delete(`message/${id}`)
      for (const other of hashes.keys()) if (other.startsWith(`part/${id}/`)) hashes.delete(other)
      break
    case "part_removed":
    case "part_hidden":
      hashes.delete(`part/${messageID}/${id}`)
      break
  }
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
