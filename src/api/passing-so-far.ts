import type { Document } from "../protocol/document.ts"
import type { ItemKey } from "../protocol/item.ts"
import type { PartData } from "../protocol/opencode.ts"
import { extendRun, type Passing, type Run, type TextDelta } from "../protocol/passing.ts"
import { typedLength } from "../viewer/typed.ts"
import { encodeEvent } from "./event-stream.ts"

/** What of a share has been handed on and not been committed yet: for those who begin to watch. Bounded. */
export interface PassingSoFar {
  add(passing: Passing): void
  /**
   * Lets go of what a commit says by itself.
   * @param document what the share then holds; undefined when that cannot be read here
   * @param changed keys that the commit touched; undefined: any
   */
  commit(document: Document | undefined, changed: ReadonlySet<ItemKey> | undefined): void
  /** Lets go of everything. */
  forget(): void
  /** As events, for one viewer. */
  events(): Uint8Array[]
}

/** UTF-16 code units of all runs, and of all that is sealed. */
const MOST_TEXT = 64 * 1024
const MOST_RUNS = 64
const MOST_SEALED = 256

type Place = Omit<TextDelta, "from" | "text">

export function createPassingSoFar(): PassingSoFar {
  /** By the part's key; what was written to last stands last. */
  const runs = new Map<ItemKey, { place: Place; run: Run }>()
  const sealed: string[] = []

  function addDelta({ from, text, ...place }: TextDelta): void {
    const key: ItemKey = `part/${place.messageID}/${place.partID}`
    const known = runs.get(key)
    const delta = { from, text }
    runs.delete(key)
    runs.set(key, { place, run: known ? extendRun(known.run, delta) : delta })
    let size = 0
    for (const { run } of runs.values()) size += run.text.length
    for (const [oldest, { run }] of runs) {
      if (size <= MOST_TEXT && runs.size <= MOST_RUNS) break
      runs.delete(oldest)
      size -= run.text.length
    }
  }

  return {
    add(passing) {
      if ("deltas" in passing) return passing.deltas.forEach(addDelta)
      sealed.push(passing.sealed)
      let size = sealed.reduce((sum, each) => sum + each.length, 0)
      while (size > MOST_TEXT || sealed.length > MOST_SEALED) size -= sealed.shift()?.length ?? 0
    },
    commit(document, changed) {
      // Nobody here can tell what is in them, and mostly it is what has just been committed.
      sealed.length = 0
      if (!document) return
      for (const [key, { place, run }] of runs) {
        if (changed && !changed.has(key)) continue
        const part = findPart(document, place)
        const typed = part && typedLength(part)
        if (typed === undefined || run.from + run.text.length <= typed) runs.delete(key)
        else if (run.from < typed)
          runs.set(key, { place, run: { from: typed, text: run.text.slice(typed - run.from) } })
      }
    },
    forget() {
      runs.clear()
      sealed.length = 0
    },
    events() {
      const deltas = [...runs.values()].map(({ place, run }) => ({ ...place, ...run }))
      return [
        ...(deltas.length > 0 ? [encodeEvent("delta", { deltas })] : []),
        ...sealed.map((each) => encodeEvent("sealed", { sealed: each })),
      ]
    },
  }
}

function findPart(document: Document, place: Place): PartData | undefined {
  const message = document.messages.find(({ info }) => info.id === place.messageID)
  const part = message?.parts.find(({ id }) => id === place.partID)
  if (part) return part
  for (const child of document.children) {
    const found = findPart(child, place)
    if (found) return found
  }
  return undefined
}
