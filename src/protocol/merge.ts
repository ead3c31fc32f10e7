import { type Item, itemKey } from "./item.ts"
import { createLedger } from "./ledger.ts"

export interface MergeOptions {
  rootSessionID: string
  /** Whether nothing precedes what is merged, so that removals have done all that they can. */
  fromTheStart: boolean
  /** What may be held in memory, in characters; 8 Mi unless told. */
  hold?: number
}

/** Where a surviving item comes to stand among those that were read, and its line when it was read elsewhere. */
interface Survivor {
  place: number
  line?: string
}

const HOLD = 8 * 1024 * 1024

/**
 * What is left of a stretch of the log, as lines: put in its place, it leaves every fold as it was, in the same
 * order. The last version of an item survives, where its first one stood; what was removed does not, nor does a
 * hiding that no longer holds. The removals themselves stay, since what they remove may stand before the stretch.
 *
 * `read` is called twice and must yield the same items both times: only their places are remembered in between, and
 * the lines of items that come from further behind. When those are more than may be held, items stand where their
 * last version stood, which changes the order of `/data` and nothing else.
 */
export async function* mergeItems(
  read: () => AsyncIterable<Iterable<Item>>,
  options: MergeOptions,
): AsyncIterable<string> {
  const survivors = await findSurvivors(read(), options)
  let next = 0
  let place = 0
  for await (const items of read()) {
    for (const item of items) {
      const survivor = survivors[next]
      if (!survivor) return
      if (survivor.place !== place++) continue
      yield survivor.line ?? JSON.stringify(item)
      next++
    }
  }
  if (next < survivors.length) throw new Error("what is merged has changed between two readings")
}

async function findSurvivors(
  read: AsyncIterable<Iterable<Item>>,
  { rootSessionID, fromTheStart, hold = HOLD }: MergeOptions,
): Promise<Survivor[]> {
  const ledger = createLedger<Survivor>(rootSessionID)
  const removals = new Map<string, Survivor>()
  let place = 0
  let held = 0
  for await (const items of read) {
    for (const item of items) {
      const here = { place: place++ }
      if (REMOVALS.has(item.type)) removals.set(itemKey(item, rootSessionID), here)
      ledger.take(item, (before) => {
        if (!before) return here
        const line = JSON.stringify(item)
        held += line.length - (before.line?.length ?? 0)
        if (held <= hold) return { place: before.place, line }
        held -= line.length
        return here
      })
    }
  }
  const left = [...ledger.current.values(), ...ledger.hidden.values()]
  if (!fromTheStart) left.push(...removals.values())
  return left.sort((a, b) => a.place - b.place)
}

const REMOVALS: ReadonlySet<string> = new Set(["message_removed", "part_removed"])
