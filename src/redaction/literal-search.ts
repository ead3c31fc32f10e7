/** Where a literal ends in the text, as pairs: index of the literal, position behind its last character. */
export type Hits = number[]

export interface LiteralSearch {
  /** How many states the automaton has: what it weighs. */
  readonly states: number
  /** Adds the hits in `text` from `from` to before `to`, in order of their ends. One step a character, always. */
  find(text: string, from: number, to: number, hits: Hits): void
}

const CLASSES = 128

/**
 * Finds many literals at once, without regard to case (Aho and Corasick 1975, as a complete automaton). An
 * alternation of a hundred words in one regular expression is tried word by word at each character by JSC, and its
 * speed depends on the text; this is a table look-up a character in every engine, so hostile text is no slower.
 *
 * Characters outside ASCII are taken modulo 128: a hit is a candidate, and whoever asked looks again.
 */
export function createLiteralSearch(literals: readonly string[]): LiteralSearch {
  const next: number[][] = [new Array<number>(CLASSES).fill(0)]
  const ends: number[][] = [[]]
  literals.forEach((literal, index) => {
    let state = 0
    for (let at = 0; at < literal.length; at++) {
      const row = next[state] as number[]
      const symbol = classOf(literal.charCodeAt(at))
      if (row[symbol] === 0) {
        row[symbol] = next.length
        next.push(new Array<number>(CLASSES).fill(0))
        ends.push([])
      }
      state = row[symbol] as number
    }
    if (state > 0) (ends[state] as number[]).push(index)
  })
  complete(next, ends)

  const table = new Uint32Array(next.length * CLASSES)
  // The lowest bit of an entry says that something ends in the state that it leads to.
  next.forEach((row, state) => {
    row.forEach((to, symbol) => {
      table[state * CLASSES + symbol] = ((to * CLASSES) << 1) | ((ends[to]?.length ?? 0) > 0 ? 1 : 0)
    })
  })
  const folded = Uint8Array.from({ length: CLASSES }, (_, code) => classOf(code))

  return {
    states: next.length,
    find(text, from, to, hits) {
      let row = 0
      for (let at = from; at < to; at++) {
        const entry = table[row + (folded[text.charCodeAt(at) & 127] as number)] as number
        row = entry >>> 1
        if ((entry & 1) === 1) {
          for (const index of ends[row / CLASSES] as number[]) hits.push(index, at + 1)
        }
      }
    },
  }
}

function classOf(code: number): number {
  const symbol = code & 127
  return symbol >= 65 && symbol <= 90 ? symbol + 32 : symbol
}

/** Fills in where to go on after a mismatch, breadth first, so that shorter suffixes are complete already. */
function complete(next: number[][], ends: number[][]): void {
  const suffix = new Array<number>(next.length).fill(0)
  const queue = (next[0] as number[]).filter((state) => state > 0)
  for (let read = 0; read < queue.length; read++) {
    const state = queue[read] as number
    const fallback = next[suffix[state] as number] as number[]
    ;(ends[state] as number[]).push(...(ends[suffix[state] as number] as number[]))
    const row = next[state] as number[]
    for (let symbol = 0; symbol < CLASSES; symbol++) {
      const to = row[symbol] as number
      if (to > 0) {
        suffix[to] = fallback[symbol] as number
        queue.push(to)
      } else row[symbol] = fallback[symbol] as number
    }
  }
}
