import { type Item, itemKey } from "../src/protocol/item.ts"

/** What a session's uploads come to, without compression, as the products do it whose algorithms these are. */
export interface RivalBytes {
  /** One object a share: each sync reads it, merges what changed, and writes it whole. */
  snapshot: { read: number; written: number }
  /** The sender has everything, and each sync that changed something uploads all of it. */
  upload: { written: number }
}

/** Syncs between two comparisons of the sum of sizes with what is really serialized. */
const CHECKED_EVERY = 400

/**
 * Runs both over a session. An object's size is the sum of its items' sizes as JSON and the commas between them: so no
 * terabyte is serialized, and now and then the sum is compared with the serialized whole.
 */
export function runRivals(sessionID: string, syncs: Iterable<Item[]>): RivalBytes {
  const items = new Map<string, { item: Item; json: string; bytes: number }>()
  const bytes: RivalBytes = { snapshot: { read: 0, written: 0 }, upload: { written: 0 } }
  let sum = 0
  let count = 0
  const size = () => sum + Math.max(0, items.size - 1) + "[]".length

  for (const sync of syncs) {
    if (count > 0) bytes.snapshot.read += size()
    let changed = false
    for (const item of sync) {
      const key = itemKey(item, sessionID)
      const json = JSON.stringify(item)
      const before = items.get(key)
      if (before?.json === json) continue
      changed = true
      const own = Buffer.byteLength(json)
      items.set(key, { item, json, bytes: own })
      sum += own - (before?.bytes ?? 0)
    }
    bytes.snapshot.written += size()
    if (changed) bytes.upload.written += size()
    if (count++ % CHECKED_EVERY === 0) {
      const whole = JSON.stringify([...items.values()].map(({ item }) => item))
      if (Buffer.byteLength(whole) !== size()) throw new Error("a rival's size is summed up wrongly")
    }
  }
  return bytes
}
