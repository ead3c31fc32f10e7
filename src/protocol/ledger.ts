import { type Item, type ItemKey, itemKey } from "./item.ts"
import type { PartData } from "./opencode.ts"

/**
 * How items replace, remove and hide each other, whatever is kept of each: the fold keeps the items themselves, a
 * merge only where they stand. What the one forgets must be what the other leaves out.
 */
export interface Ledger<V> {
  /** What is there, in the order of first appearance, counted anew after a removal. */
  readonly current: ReadonlyMap<ItemKey, V>
  /** Hidings that hold, by the key of what they hide. It may be there or not. */
  readonly hidden: ReadonlyMap<ItemKey, V>
  /**
   * Takes the next item in commit order. `keep` is given what was kept of the version that the item replaces.
   * Returns the key of what the item concerns.
   */
  take(item: Item, keep: (before: V | undefined) => V): ItemKey
}

export function createLedger<V>(rootSessionID: string): Ledger<V> {
  const current = new Map<ItemKey, V>()
  const hidden = new Map<ItemKey, V>()
  /** Keys of parts that are there or hidden, by message. */
  const partsOf = new Map<string, Set<ItemKey>>()

  function part({ messageID, id }: PartData): ItemKey {
    const key = `part/${messageID}/${id}`
    const keys = partsOf.get(messageID)
    if (keys) keys.add(key)
    else partsOf.set(messageID, new Set([key]))
    return key
  }

  /** Hiding is a guess, and whatever is said later of the part or its message disproves it. */
  function reveal(key: ItemKey, messageID: string): void {
    hidden.delete(key)
    hidden.delete(`message/${messageID}`)
  }

  function take(item: Item, keep: (before: V | undefined) => V): ItemKey {
    const ref = item.data as PartData
    switch (item.type) {
      case "message": {
        const key = `message/${ref.id}`
        current.set(key, keep(current.get(key)))
        reveal(key, ref.id)
        return key
      }
      case "part": {
        const key = part(ref)
        current.set(key, keep(current.get(key)))
        reveal(key, ref.messageID)
        return key
      }
      case "message_removed": {
        const key = `message/${ref.id}`
        for (const each of [key, ...(partsOf.get(ref.id) ?? [])]) {
          current.delete(each)
          hidden.delete(each)
        }
        partsOf.delete(ref.id)
        return key
      }
      case "part_removed": {
        const key = `part/${ref.messageID}/${ref.id}`
        current.delete(key)
        reveal(key, ref.messageID)
        partsOf.get(ref.messageID)?.delete(key)
        return key
      }
      case "message_hidden": {
        const key = `message/${ref.id}`
        hidden.set(key, keep(hidden.get(key)))
        return key
      }
      case "part_hidden": {
        const key = part(ref)
        hidden.set(key, keep(hidden.get(key)))
        return key
      }
      default: {
        const key = itemKey(item, rootSessionID)
        current.set(key, keep(current.get(key)))
        return key
      }
    }
  }

  return { current, hidden, take }
}
