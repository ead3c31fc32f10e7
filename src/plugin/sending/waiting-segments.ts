import type { Outbox } from "./outbox.ts"
import { lastVersions } from "./outbox.ts"
import type { PackedSegment, Packer } from "./packer.ts"

/** Content of one segment, and of what is prepared at a time, in characters. */
const SEGMENT = 8 * 1024 * 1024
const AT_A_TIME = 4 * SEGMENT

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
  const lines: string[] = []
  let size = 0
  for (const name of await outbox.waiting(shareID)) {
    if (except.has(name)) continue
    if (size >= AT_A_TIME) break
    for (const line of await outbox.read(shareID, name)) {
      lines.push(line)
      size += line.length
    }
    batches.push(name)
  }
  if (batches.length === 0) return undefined
  const segments: PackedSegment[] = []
  for (const group of divide(lastVersions(lines))) segments.push(await packer.pack(group))
  return { segments, batches }
}

function* divide(lines: readonly string[]): Iterable<string[]> {
  let group: string[] = []
  let size = 0
  for (const line of lines) {
    if (group.length > 0 && size + line.length > SEGMENT) {
      yield group
      group = []
      size = 0
    }
    group.push(line)
    size += line.length
  }
  if (group.length > 0) yield group
}
