/** A place in a text that must not be shown, from `start` to before `end`. */
export interface Span {
  start: number
  end: number
  /** What the placeholder names, such as `github-token`. */
  kind: string
  /** The secret itself; by it the placeholder is numbered. */
  value: string
  /** What to write instead of a placeholder; such a span is no finding. */
  replacement?: string
  /** Of spans that overlap, the lowest rank gives the name. */
  rank: number
}

/**
 * Looks at one line (see lines.ts) and says what in it is secret. What it reports holds no white space and does not
 * depend on what follows the next white space: streamed text is settled by that (see settled.ts).
 */
export interface Rule {
  /** Lower case. One of them stands in every line where the rule can find something; without any, it sees every line. */
  literals?: readonly string[]
  find(line: string): Iterable<Span>
}

/** Who is believed about what a secret is called: the library, then our own forms, then what was found before, then the words beside a value. */
export const RANK = { option: 0, library: 1, own: 2, known: 3, keyword: 4, network: 5, path: 6 } as const
