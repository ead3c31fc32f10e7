import { findKeyBlock, type KeyBlock } from "./private-key.ts"

/** A line that is longer is cut, so that no rule ever sees more at once (and to the event loop's benefit). */
export const LONGEST_LINE = 16_384

/** So much is looked at in one step, if it has a line end. */
const STEP = 4_096

/** A run of text that is looked at next. */
export interface Batch {
  end: number
  /** `lines`: whole lines. `line`: to be seen as one, though it holds line ends, or is a piece of a longer one. */
  form: "lines" | "line"
  /** The last line of a growing text: it is settled by words (see settled.ts), behind `from`, no further than `to`. */
  settles?: { from: number; to: number }
}

/**
 * Cuts a text where no rule may look across: at line ends, except inside private keys, and inside of lines that are too
 * long. Where it cuts depends only on what stands before, so a text that has grown is cut at the same places.
 */
export function nextBatch(text: string, start: number, growing: boolean): Batch | undefined {
  if (start >= text.length) return undefined
  const limit = Math.min(start + LONGEST_LINE, text.length)
  const key = findKeyBlock(text, start, limit)
  if (key !== undefined) {
    const before = text.slice(start, key.start).lastIndexOf("\n") + 1
    if (before > 0) return { end: start + before, form: "lines" }
    return lineWithKey(text, start, [key], growing)
  }
  const near = text.slice(start, Math.min(start + STEP, limit)).lastIndexOf("\n")
  const lineEnd = near >= 0 ? near : text.slice(start, limit).indexOf("\n")
  if (lineEnd >= 0) return { end: start + lineEnd + 1, form: "lines" }
  if (limit < text.length) return { end: cutInside(text, start), form: "line" }
  if (!growing) return { end: limit, form: "lines" }
  return { end: limit, form: "line", settles: { from: start, to: start + LONGEST_LINE / 2 } }
}

/** The line that a key begins in, up to the end of the line that it ends in. */
function lineWithKey(text: string, start: number, keys: KeyBlock[], growing: boolean): Batch {
  const last = keys.at(-1) as KeyBlock
  const first = keys[0] as KeyBlock
  // Whether it is a key, and which, is known when it has ended.
  if (growing && last.open)
    return { end: text.length, form: "line", settles: { from: start, to: first.start } }
  const end = lineEndAfter(text, last.end)
  const next = findKeyBlock(text, last.end, end ?? text.length)
  if (next !== undefined && keys.length < 8) return lineWithKey(text, start, [...keys, next], growing)
  if (end !== undefined || !growing) return { end: end ?? text.length, form: "line" }
  return { end: text.length, form: "line", settles: { from: last.end, to: last.end + LONGEST_LINE / 2 } }
}

/** Where the line that goes on at `from` ends or is cut. */
function lineEndAfter(text: string, from: number): number | undefined {
  // A key that was cut off ends with a line end of its own.
  if (text[from - 1] === "\n") return from
  const limit = Math.min(from + LONGEST_LINE, text.length)
  const lineEnd = text.slice(from, limit).indexOf("\n")
  if (lineEnd >= 0) return from + lineEnd + 1
  return limit < text.length ? cutInside(text, from) : undefined
}

/** White space and `,;}>&|)` end a value, unless something is about to be named: `password: `. */
const ENDS = new Set(Array.from(" \t\r\n,;}>&|)", (symbol) => symbol.charCodeAt(0)))
const ANNOUNCES = new Set(Array.from(":=", (symbol) => symbol.charCodeAt(0)))
/** A line without an end for so long is no line for people. */
const LOOK_BACK = 1_024

/** Where to cut a line that is too long: behind something that ends a value, or else just there. */
function cutInside(text: string, start: number): number {
  const end = start + LONGEST_LINE
  for (let at = end; at > end - LOOK_BACK; at--) {
    if (ENDS.has(text.charCodeAt(at - 1)) && !ANNOUNCES.has(text.charCodeAt(at - 2))) return at
  }
  return end
}

const COLOURS = /\x1b\[[\d;]{0,16}[mK]/g

/** The line with what switches colours blanked, so that places stay the same and no letter stands before a word. */
export function withoutColours(line: string, blank: string): string {
  return line.includes("\x1b") ? line.replace(COLOURS, (code) => blank.repeat(code.length)) : line
}
