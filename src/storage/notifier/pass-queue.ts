import type { Passing, TextDelta } from "../../protocol/passing.ts"

/** Passing text on its way to the other nodes, bounded: what is beyond is lost. */
export interface PassQueue {
  add(shareID: string, passing: Passing): void
  /** Takes all that waits, of each share in its order. */
  take(): { share: string; passing: Passing }[]
}

/** UTF-16 code units that wait, of one share (the largest request fits) and of all: a batch every 100 ms. */
const MOST_OF_ONE = 96 * 1024
const MOST = 256 * 1024
/** What stands around a text. */
const AROUND = 200

interface Waiting {
  deltas: TextDelta[]
  sealed: string[]
  size: number
}

export function createPassQueue(): PassQueue {
  const shares = new Map<string, Waiting>()
  let total = 0

  function addTo(waiting: Waiting, size: number, put: () => void): void {
    if (waiting.size + size > MOST_OF_ONE || total + size > MOST) return
    waiting.size += size
    total += size
    put()
  }

  return {
    add(shareID, passing) {
      const waiting = shares.get(shareID) ?? { deltas: [], sealed: [], size: 0 }
      shares.set(shareID, waiting)
      if ("sealed" in passing) {
        addTo(waiting, passing.sealed.length, () => waiting.sealed.push(passing.sealed))
        return
      }
      for (const delta of passing.deltas) {
        addTo(waiting, delta.text.length + AROUND, () => append(waiting.deltas, delta))
      }
    },
    take() {
      const taken = [...shares].flatMap(([share, { deltas, sealed }]) => [
        ...(deltas.length > 0 ? [{ share, passing: { deltas } }] : []),
        ...sealed.map((each) => ({ share, passing: { sealed: each } })),
      ])
      shares.clear()
      total = 0
      return taken
    },
  }
}

/** Words that follow each other are one. */
function append(deltas: TextDelta[], delta: TextDelta): void {
  const last = deltas.at(-1)
  const follows =
    last !== undefined &&
    last.partID === delta.partID &&
    last.messageID === delta.messageID &&
    last.from + last.text.length === delta.from
  if (follows) deltas[deltas.length - 1] = { ...last, text: last.text + delta.text }
  else deltas.push(delta)
}
