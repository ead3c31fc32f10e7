/** Characters that stand on each side of what was found. */
const AROUND = 80

export interface Excerpt {
  before: string
  match: string
  after: string
}

/** What was found, with a little of what stands around it, in one line. */
export function excerptAt(text: string, start: number, length: number): Excerpt {
  const end = start + length
  const [from, to] = [Math.max(0, start - AROUND), Math.min(text.length, end + AROUND)]
  const before = inLine(text.slice(from, start)).replace(HALF_AT_START, "").trimStart()
  const after = inLine(text.slice(end, to)).replace(HALF_AT_END, "").trimEnd()
  return {
    before: from > 0 ? `…${before.replace(WORD_AT_START, "")}` : before,
    match: inLine(text.slice(start, end)),
    after: to < text.length ? `${after.replace(WORD_AT_END, "")}…` : after,
  }
}

const HALF_AT_START = /^[\udc00-\udfff]/
const HALF_AT_END = /[\ud800-\udbff]$/
/** What a cut may have left of a word. */
const WORD_AT_START = /^\S{1,14} (?=.)/
const WORD_AT_END = / \S{1,14}$/

/** Lines, tabs and gaps as single spaces. What is one already is not touched, which is nearly all of a text. */
export function inLine(text: string): string {
  return text.replace(/[^\S ]\s*| \s+/g, " ")
}
