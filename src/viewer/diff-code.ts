import type { DiffLine } from "./diff-lines.ts"
import { highlight } from "./highlight.ts"

/**
 * The markup of each line's code, by its place in the diff. Both sides are highlighted as the texts that they were,
 * hunk by hunk, as a line alone does not show that it stands in a comment.
 */
export function codeOfLines(lines: readonly DiffLine[], language: string | undefined): Map<number, string> {
  const code = new Map<number, string>()
  let start = 0
  for (let at = 0; at <= lines.length; at++) {
    if (at < lines.length && lines[at]?.kind !== "hunk") continue
    highlightSide(lines, { start, end: at, leaveOut: "add" }, language, code)
    // The new side comes last and so wins for the lines that both have.
    highlightSide(lines, { start, end: at, leaveOut: "del" }, language, code)
    start = at + 1
  }
  return code
}

interface Side {
  start: number
  end: number
  leaveOut: "add" | "del"
}

function highlightSide(
  lines: readonly DiffLine[],
  { start, end, leaveOut }: Side,
  language: string | undefined,
  code: Map<number, string>,
): void {
  const places: number[] = []
  const texts: string[] = []
  for (let at = start; at < end; at++) {
    const line = lines[at]
    if (line === undefined || line.kind === leaveOut || line.kind === "note") continue
    places.push(at)
    texts.push(line.text)
  }
  const made = splitMarkup(highlight(texts.join("\n"), language).text)
  for (const [index, place] of places.entries()) code.set(place, made[index] ?? "")
}

/** Lines of highlighted code, each complete in itself: what is open at a line's end is opened anew in the next. */
export function splitMarkup(markup: string): string[] {
  const open: string[] = []
  return markup.split("\n").map((line) => {
    const before = open.join("")
    for (const [tag] of line.matchAll(/<[^>]*>/g)) {
      if (tag.startsWith("</")) open.pop()
      else open.push(tag)
    }
    return before + line + "</span>".repeat(open.length)
  })
}

/** A stretch of a line's text, in UTF-16 units. */
export interface Stretch {
  start: number
  end: number
}

const PIECE = /<[^>]*>|&[^;]*;|[^<&]/g

/** Marks stretches of a line within its markup, without crossing the tags that are there. */
export function markStretches(
  markup: string,
  stretches: readonly Stretch[],
  tag: "ins" | "del" | "mark",
): string {
  let made = ""
  let at = 0
  let marking = false
  const turn = (wanted: boolean): void => {
    if (wanted !== marking) made += wanted ? `<${tag}>` : `</${tag}>`
    marking = wanted
  }
  for (const [piece] of markup.matchAll(PIECE)) {
    if (piece.startsWith("<")) {
      turn(false)
    } else {
      const place = at++
      turn(stretches.some(({ start, end }) => place >= start && place < end))
    }
    made += piece
  }
  turn(false)
  return made
}
