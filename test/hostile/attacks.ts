import { ADDRESSES } from "./attacks/addresses.ts"
import { BREAKOUTS } from "./attacks/breakouts.ts"
import { ELEMENTS } from "./attacks/elements.ts"
import { FETCHES } from "./attacks/fetches.ts"
import { FOREIGN } from "./attacks/foreign.ts"
import { MARKDOWN } from "./attacks/markdown.ts"
import { NAMES } from "./attacks/names.ts"
import { TERMINAL } from "./attacks/terminal.ts"
import { TEXTS } from "./attacks/texts.ts"
import { type Attack, canaryOf, fill } from "./attacks/vector.ts"

const FAMILIES = {
  elements: ELEMENTS,
  breakouts: BREAKOUTS,
  foreign: FOREIGN,
  markdown: MARKDOWN,
  addresses: ADDRESSES,
  fetches: FETCHES,
  terminal: TERMINAL,
  names: NAMES,
  texts: TEXTS,
} as const

/** Every attack, numbered: its canary says which one it was. */
export function attacks(): Attack[] {
  const all = Object.entries(FAMILIES).flatMap(([family, vectors]) =>
    vectors.map((vector) => ({ family, vector })),
  )
  return all.map(({ family, vector }, at) => {
    const n = 10_000 + at
    return { family, n, text: fill(vector, canaryOf(n)) }
  })
}
