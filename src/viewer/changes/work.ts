/**
 * What putting diffs together may cost, counted and not timed, so that a share is drawn alike each time and none holds
 * up the server: whoever made it chose how hard it is.
 */
export interface Work {
  /** Comparisons: their lines times the differences that they looked for (Myers 1986). */
  compared: number
  /** Stretches of files that edits step over: each edit of a file in many pieces touches all of them. */
  stepped: number
}

/** For one page, or one commit. Each half of it takes about a quarter of a second at worst. */
const WORK: Work = { compared: 6_000_000, stepped: 6_000_000 }

export function createWork(): Work {
  return { ...WORK }
}
