import type { Passing } from "../../protocol/passing.ts"

type Hearer = (passing: Passing) => void

/** Who on this node takes a share's passing text. */
export interface Hearers {
  tell(shareID: string, passing: Passing): void
  hear(shareID: string, hearer: Hearer): () => void
}

export function createHearers(): Hearers {
  const shares = new Map<string, Set<Hearer>>()
  return {
    tell(shareID, passing) {
      for (const hearer of shares.get(shareID) ?? []) hearer(passing)
    },
    hear(shareID, hearer) {
      const hearers = shares.get(shareID) ?? new Set<Hearer>()
      shares.set(shareID, hearers)
      // Its own function, so that one may hear twice.
      const own: Hearer = (passing) => hearer(passing)
      hearers.add(own)
      return () => {
        hearers.delete(own)
        if (hearers.size === 0 && shares.get(shareID) === hearers) shares.delete(shareID)
      }
    },
  }
}
