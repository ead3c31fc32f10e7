import { lastVersions, type Outbox, type WaitingItem } from "./outbox.ts"
import type { PackedSegment, Packer } from "./packer.ts"

/** Content of one segment, and of what is prepared at a time, in characters. */
const SEGMENT = 8 * 1024 * 1024
const AT_A_TIME = 2 * SEGMENT

/** What waited, as segments, and the batches that it was. */
export interface Prepared {
  segments: PackedSegment[]
  batches: string[]
}

/** Makes segments of what waits longest, the last version of each item. Undefined when nothing waits. */
export async function prepareWaiting(
  { outbox, packer }: { outbox: Outbox; packer: Packer },
  { shareID, except }: { shareID: string; except: ReadonlySet<string> },
): Promise<Prepared | undefined> {
  const batches: string[] = []
  const items: WaitingItem[] = []
  let size = 0
  for (const name of await outbox.waiting(shareID)) {
    if (except.has(name)) continue
    if (size >= AT_A_TIME) break
    for (const item of await outbox.read(shareID, name)) {
      items.push(item)
      size += item.json.length
    }
    batches.push(name)
  }
  if (batches.length === 0) return undefined
  const segments: PackedSegment[] = []
  for (const group of divide(lastVersions(items))) segments.push(await packer.pack(group))
  return { segments, batches }
}

/** Requests name sixteen at most, so of very much each gets more. */
function* divide(items: readonly WaitingItem[]): Iterable<string[]> {
  const total = items.reduce((sum, { json }) => sum + json.length, 0)
  const most = Math.max(SEGMENT, total / 8)
  let group: string[] = []
  let size = 0
  for (const { json } of items) {
    if (group.length > 0 && size + json.length > most) {
      yield group
      group = []
      size = 0
    }
    group.push(json)
    size += json.length
  }
  if (group.length > 0) yield group
}
