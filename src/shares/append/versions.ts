import { type Item, type ItemKey, itemKey, OUR_TYPES } from "../../protocol/item.ts"
import type { MessageData, PartData, Revert, SessionData } from "../../protocol/opencode.ts"
import { describe, NOTHING } from "../metadata.ts"
import type { Machine, ShareMetadata } from "../ports.ts"
import { createChanges } from "./version-changes.ts"

/**
 * Which version of each item a share holds: enough to skip what did not change and to see an undo, without the
 * content. Rebuilt from the log when a node does not have it.
 */
export interface Versions {
  /** The revision that this reflects. */
  revision: number
  readonly rootSessionID: string
  readonly items: Map<ItemKey, Version>
  /** Keys of the parts among them, by message. */
  readonly partsOf: Map<string, Set<ItemKey>>
  /** Sum of the items' sizes: what the share comes to when it is read. Bytes of JSON. */
  bytes: number
  /** The root session's `revert`, as last synced. */
  revert: Revert | undefined
  metadata: ShareMetadata
}

export interface Version {
  hash: string
  bytes: number
  /** Belongs to a subagent's session. */
  child: boolean
}

export function createVersions(rootSessionID: string): Versions {
  return {
    revision: 0,
    rootSessionID,
    items: new Map(),
    partsOf: new Map(),
    bytes: 0,
    revert: undefined,
    metadata: NOTHING,
  }
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

/** Takes committed items into account. */
export function record(versions: Versions, items: Iterable<PreparedItem>): void {
  const batch = beginBatch(versions)
  for (const prepared of items) batch.admit(prepared)
  batch.settle(versions.revision)
}

/** A commit in the making. Of its items it keeps keys, hashes and sizes only, so that a 100 MB sync leaves few bytes. */
export interface Batch {
  /** Items admitted so far, and their bytes as JSON. */
  readonly items: number
  readonly bytes: number
  /** What the share's size becomes with this batch. Bytes of JSON. */
  readonly total: number
  /** What the share then says of itself. */
  readonly metadata: ShareMetadata
  /** Whether the item says something new, and so belongs into the commit. */
  admit(prepared: PreparedItem): boolean
  /** To be asked for, and admitted, when the batch is complete: what hides what an undo has probably removed. */
  hidden(): Item[]
  /** The commit is done: the versions now reflect it, up to the last revision before which none is unknown. */
  settle(revision: number): void
}

export function beginBatch(versions: Versions): Batch {
  const { rootSessionID } = versions
  const changes = createChanges(versions)
  /** What the batch says of the whole. */
  let told: Partial<ShareMetadata> = {}
  let root: SessionData | undefined
  let prompted = false
  let bytes = 0
  let items = 0
  let total = versions.bytes

  function note(item: Item): void {
    const { type, data } = item
    told = { ...told, ...describe(item, rootSessionID) }
    if (type === "session" && (data as SessionData).id === rootSessionID) {
      const { id, revert } = data as SessionData
      root = revert === undefined ? { id } : { id, revert }
    }
    if (type !== "message") return
    const { id, role, sessionID } = data as MessageData
    prompted ||= role === "user" && sessionID === rootSessionID && !versions.items.has(`message/${id}`)
  }

  function metadata(): ShareMetadata {
    const { messages, parts, ...rest } = { ...versions.metadata, ...told }
    return { ...rest, messages: messages + changes.messages, parts: parts + changes.parts }
  }

  return {
    get items() {
      return items
    },
    get metadata() {
      return metadata()
    },
    get bytes() {
      return bytes
    },
    get total() {
      return total
    },
    admit({ item, key, hash, line }) {
      const before = changes.find(key)
      // What is removed or hidden counts as never seen, so that the same content synced again is stored again.
      const removes = OUR_TYPES.has(item.type) && changes.remove(item)
      if (!removes && before?.hash === hash) return false
      const version = { hash, bytes: line.length, child: isChild(item, rootSessionID) }
      changes.set(key, version)
      note(item)
      items++
      bytes += version.bytes
      total += version.bytes - (before?.bytes ?? 0)
      return true
    },
    hidden() {
      if (!root || root.revert || !prompted) return []
      return inferHidden(versions).filter((item) => {
        const { id, messageID } = item.data as PartData
        // What the batch itself brings is there.
        return !changes.touches(item.type === "part_hidden" ? `part/${messageID}/${id}` : `message/${id}`)
      })
    },
    settle(revision) {
      versions.metadata = metadata()
      changes.apply()
      if (root) versions.revert = root.revert
      versions.bytes = total
      // Behind another node's commit, what lies between is still to be read.
      if (revision <= versions.revision + 1) versions.revision = revision
    },
  }
}

function isChild({ data, sessionID }: Item, rootSessionID: string): boolean {
  const own = (data as { sessionID?: unknown } | null)?.sessionID ?? sessionID
  return own !== undefined && own !== rootSessionID
}

/**
 * What the share's present `revert` hides, as items that say so for good. OpenCode's own client never reports the
 * removals that a prompt makes after an undo; their only trace is a batch that both clears `revert` and brings a new
 * user message. A redo followed at once by a prompt leaves the same trace, hence hiding and not removing.
 */
function inferHidden({ revert, rootSessionID, items }: Versions): Item[] {
  if (typeof revert?.messageID !== "string") return []
  const hidden: Item[] = []
  for (const [key, { child }] of items) {
    if (child) continue
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
