/** What a rule could replace that has white space in it: private keys apart, only values that are known. */
export interface Holds {
  /** Known values with white space inside. */
  spaced: readonly string[]
  /** Rules whose matches may hold white space are at work: only whole lines are settled. */
  wholeLines: boolean
}

/** The first words of a private key hold spaces; until its line is complete nobody knows. */
const KEY_MARK = "-----BEGIN"
const LONGEST_MARK = 80

/**
 * How far the last line of a growing text, from `start` to `end`, is settled: to behind a white space.
 *
 * What our rules replace holds no white space, and none looks further ahead than the white space behind its match. So
 * whatever arrives later, everything before a white space stays as it is now; what a word such as `password` announces
 * stands behind one and is not settled yet. Exceptions are held back by name: private keys, known values with white
 * space inside. Own patterns and the lines of a `.env` file are settled line by line.
 */
export function settledEnd(text: string, start: number, end: number, { spaced, wholeLines }: Holds): number {
  if (wholeLines) return start
  let limit = end
  const mark = text.slice(start, end).lastIndexOf(KEY_MARK)
  if (mark >= 0 && text.length - (start + mark) < LONGEST_MARK) limit = start + mark
  for (let at = limit; at > start; at--) {
    if (/\s/.test(text[at - 1] as string) && !spaced.some((value) => beginsAtEnd(text, start, at, value)))
      return at
  }
  return start
}

/** Whether the text before `at` ends in a beginning of this value. */
function beginsAtEnd(text: string, start: number, at: number, value: string): boolean {
  for (let length = Math.min(value.length - 1, at - start); length > 0; length--) {
    if (text[at - 1] === value[length - 1] && text.startsWith(value.slice(0, length), at - length))
      return true
  }
  return false
}
