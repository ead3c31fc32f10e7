import { measure, type Type } from "./face.ts"

/** A room for text, in pixels and lines. */
export interface Room extends Type {
  width: number
  lines: number
}

/** A text in lines that fit, and whether some of it did not. */
export interface Lines {
  lines: string[]
  cut: boolean
}

const ELLIPSIS = "…"

/** Breaks at spaces, and within a word that is longer than a line. */
export function wrap(text: string, room: Room): Lines {
  const lines: string[] = []
  let line = ""
  for (const word of text.split(" ").flatMap((word) => breakWord(word, room))) {
    const longer = line === "" ? word : `${line} ${word}`
    if (measure(longer, room) <= room.width) {
      line = longer
      continue
    }
    lines.push(line)
    line = word
    if (lines.length === room.lines) {
      lines[room.lines - 1] = endEarly(lines.at(-1) ?? "", room)
      return { lines, cut: true }
    }
  }
  return { lines: [...lines, line].filter((one) => one !== ""), cut: false }
}

/** The same, with lines of about one length, as headlines have them. */
export function balance(text: string, room: Room): Lines {
  const full = wrap(text, room)
  if (full.cut || full.lines.length < 2) return full
  let best = full
  for (let width = room.width * 0.95; width > room.width / 2; width -= room.width * 0.05) {
    const narrower = wrap(text, { ...room, width })
    if (narrower.cut || narrower.lines.length > full.lines.length) break
    best = narrower
  }
  return best
}

/** One line of at most `width` pixels. */
export function oneLine(text: string, type: Type, width: number): string {
  return wrap(text, { ...type, width, lines: 1 }).lines[0] ?? ""
}

/** Ends with a whole word when that is not much shorter. */
function endEarly(line: string, room: Room): string {
  const fits = (text: string) => measure(ended(text), room) <= room.width
  if (fits(line)) return ended(line)
  const words = line.slice(0, Math.max(line.lastIndexOf(" "), 0))
  if (fits(words) && measure(words, room) > room.width / 2) return ended(words)
  const chars = [...line]
  while (chars.length > 0 && !fits(chars.join(""))) chars.pop()
  return ended(chars.join(""))
}

function ended(line: string): string {
  return line.replace(/[\s.,;:…–—-]+$/, "") + ELLIPSIS
}

function breakWord(word: string, room: Room): string[] {
  if (measure(word, room) <= room.width) return [word]
  const pieces: string[] = []
  let piece = ""
  for (const char of word) {
    if (piece !== "" && measure(piece + char, room) > room.width) {
      pieces.push(piece)
      piece = ""
    }
    piece += char
    // What comes after the last line is not shown, however long it is.
    if (pieces.length > room.lines) break
  }
  return [...pieces, piece]
}
