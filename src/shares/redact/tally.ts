import type { Occurrences } from "../../redaction/owners-redaction.ts"
import type { Tally } from "../ports.ts"

/** What was found item by item. */
export interface TallyInTheMaking {
  add(found: Occurrences): void
  /** As what a segment's rewriting came to. */
  segment(): Tally
  /** The same of a plain object's, which has none. */
  plain(): Tally
}

export function createTally(): TallyInTheMaking {
  const occurrences = new Map<string, number>()
  let items = 0
  return {
    add(found) {
      if (found.size > 0) items++
      for (const [id, times] of found) occurrences.set(id, (occurrences.get(id) ?? 0) + times)
    },
    segment: () => ({ occurrences, items, segments: items > 0 ? 1 : 0, objects: items > 0 ? 1 : 0 }),
    plain: () => ({ occurrences, items, segments: 0, objects: items > 0 ? 1 : 0 }),
  }
}
