import type { Item, ItemKey } from "../../protocol/item.ts"
import type { PartData } from "../../protocol/opencode.ts"
import type { Version, Versions } from "./versions.ts"

/** What a batch makes of a share's versions, which stay as they are until it is applied. */
export interface Changes {
  /** By how many messages and parts of the root session there are more, or fewer. */
  readonly messages: number
  readonly parts: number
  /** The version that is there by now. */
  find(key: ItemKey): Version | undefined
  set(key: ItemKey, version: Version): void
  /** Whether the item was set or removed. */
  touches(key: ItemKey): boolean
  /** Forgets what a removal or a hiding names: a part, or a message with its parts. False when none of it is there. */
  remove(item: Item): boolean
  apply(): void
}

/** Each call takes time by what it names, however much the share holds; all removals together visit a part once. */
export function createChanges(versions: Pick<Versions, "items" | "partsOf">): Changes {
  /** Undefined for what is removed. */
  const changed = new Map<ItemKey, Version | undefined>()
  /** Parts that were set, by message. */
  const partsOf = new Map<string, Set<ItemKey>>()
  /** Messages that were removed, and all their former parts with them. */
  const emptied = new Set<string>()
  const more = { message: 0, part: 0 }

  function find(key: ItemKey): Version | undefined {
    return changed.has(key) ? changed.get(key) : versions.items.get(key)
  }

  function change(key: ItemKey, version: Version | undefined): boolean {
    const before = find(key)
    const type = key.startsWith("message/") ? "message" : key.startsWith("part/") ? "part" : undefined
    if (type) more[type] += countOf(version) - countOf(before)
    if (version || before) changed.set(key, version)
    return before !== undefined
  }

  function removeMessage(id: string): boolean {
    let any = change(`message/${id}`, undefined)
    const former = emptied.has(id) ? undefined : versions.partsOf.get(id)
    for (const parts of [former, partsOf.get(id)]) {
      for (const key of parts ?? []) any = change(key, undefined) || any
    }
    partsOf.delete(id)
    emptied.add(id)
    return any
  }

  return {
    get messages() {
      return more.message
    },
    get parts() {
      return more.part
    },
    find,
    set(key, version) {
      change(key, version)
      addPart(partsOf, key)
    },
    touches: (key) => changed.has(key),
    remove({ type, data }) {
      const { id, messageID } = data as PartData
      if (!type.startsWith("part_")) return removeMessage(id)
      const key = `part/${messageID}/${id}`
      partsOf.get(messageID)?.delete(key)
      return change(key, undefined)
    },
    apply() {
      for (const id of emptied) versions.partsOf.delete(id)
      for (const [key, version] of changed) {
        if (version) {
          versions.items.set(key, version)
          addPart(versions.partsOf, key)
        } else {
          versions.items.delete(key)
          versions.partsOf.get(messageOf(key) ?? "")?.delete(key)
        }
      }
    },
  }
}

function countOf(version: Version | undefined): number {
  return version && !version.child ? 1 : 0
}

function addPart(partsOf: Map<string, Set<ItemKey>>, key: ItemKey): void {
  const messageID = messageOf(key)
  if (messageID === undefined) return
  const keys = partsOf.get(messageID)
  if (keys) keys.add(key)
  else partsOf.set(messageID, new Set([key]))
}

/** The message that a part belongs to; undefined when the key is not a part's. */
function messageOf(key: ItemKey): string | undefined {
  return key.startsWith("part/") ? key.split("/", 2)[1] : undefined
}
