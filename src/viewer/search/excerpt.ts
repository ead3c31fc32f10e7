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
  const before = inLine(text.slice(from, start))
    .replace(/^[\udc00-\udfff]/, "")
    .trimStart()
  const after = inLine(text.slice(end, to))
    .replace(/[\ud800-\udbff]$/, "")
    .trimEnd()
  return {
    before: from > 0 ? `…${before}` : before,
    match: inLine(text.slice(start, end)),
    after: to < text.length ? `${after}…` : after,
  }
}

function inLine(text: string): string {
  return text.replace(/\s+/g, " ")
}
