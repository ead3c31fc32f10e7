import { RANK, type Rule, type Span } from "./rule.ts"

/** Longer than any key in use: 16,384 bits of RSA are 13 KB. */
const LONGEST = 16_384
/** Fewer characters of Base64 are a stand-in, as documentation has it; the smallest key, Ed25519, has 64. */
const SHORTEST = 64

const BEGIN = /-----BEGIN ?(?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/g
const END = /-----END ?(?:[A-Z0-9]{1,20} ){0,3}PRIVATE KEY(?: BLOCK)?-----/
/** A line's end, also as it is written inside a string, however often that was quoted. */
const LINE_END = /\r?\n|(?:\\{1,8}r)?\\{1,8}n/g
/** A line of a key, or an empty one, or a header, behind what diffs, quotes and numbered listings put before it. */
const KEY_LINE =
  /^[\s+\->|"'`#*,\\]{0,12}(?:Line |[\w./-]{1,200}:)?(?:\d{1,6}[:|\t ] {0,2}\|?)?[\s+"'`\\-]{0,12}(?:[A-Za-z0-9+/=]*|[A-Za-z-]{2,20}: [^\n]{0,100})["'`,;\\\s]{0,12}(?:\+ ?)?$/

/** A key that was pasted as one line and cut off: words of Base64, and then something else. */
const KEY_WORDS = /^(?:[\t ]{0,3}[A-Za-z0-9+/=]{16,4096}){1,400}/

export interface KeyBlock {
  start: number
  end: number
  /** The text ends before the key does. */
  open: boolean
}

/** The first private key that begins in `text` between `from` and `to`. It may end behind `to`. */
export function findKeyBlock(text: string, from: number, to: number): KeyBlock | undefined {
  const part = text.slice(from, Math.min(text.length, to + 64))
  if (!part.includes("PRIVATE KEY")) return undefined
  BEGIN.lastIndex = 0
  const begin = BEGIN.exec(part)
  if (begin === null || from + begin.index >= to) return undefined
  const body = from + begin.index + begin[0].length
  return { start: from + begin.index, ...endOfKey(text, body) }
}

/**
 * A key ends with its END line, or where lines are no longer a key's: its rest may have been cut off. Only whole lines
 * are judged, so that what was said of a text stays true when more of it arrives.
 */
function endOfKey(text: string, bodyStart: number): { end: number; open: boolean } {
  const body = text.slice(bodyStart, bodyStart + LONGEST)
  LINE_END.lastIndex = 0
  let at = 0
  for (;;) {
    const lineEnd = LINE_END.exec(body)
    const line = body.slice(at, lineEnd?.index)
    const end = END.exec(line)
    if (end !== null) return { end: bodyStart + at + end.index + end[0].length, open: false }
    if (lineEnd === null) {
      const all = bodyStart + body.length
      return {
        end: KEY_LINE.test(line) ? all : bodyStart + at + wordsOfKey(line, at),
        open: body.length < LONGEST,
      }
    }
    if (!KEY_LINE.test(line)) return { end: bodyStart + at + wordsOfKey(line, at), open: false }
    at = lineEnd.index + lineEnd[0].length
  }
}

/** How much of the line that a key begins in is the key's. */
function wordsOfKey(line: string, at: number): number {
  return at === 0 ? (KEY_WORDS.exec(line)?.[0].length ?? 0) : 0
}

/** Private keys in PEM: whole, quoted, in a diff, with line numbers, or cut off; the library's rule takes the plain ones. */
export function createPrivateKeyRule(): Rule {
  return {
    literals: ["private key"],
    *find(line) {
      for (let from = 0; from < line.length; ) {
        const block = findKeyBlock(line, from, line.length)
        if (block === undefined) return
        from = Math.max(block.end, block.start + 1)
        const value = materialOf(line.slice(block.start, block.end))
        if (value.length < SHORTEST) continue
        yield { ...withoutTrail(line, block), kind: "private-key", value, rank: RANK.own }
      }
    },
  }
}

/** The line's end behind a key that was cut off is no part of it. */
function withoutTrail(line: string, { start, end }: KeyBlock): Pick<Span, "start" | "end"> {
  const trail = /(?:\s|\\{1,8}[nr])*$/.exec(line.slice(Math.max(start, end - 32), end))
  return { start, end: end - (trail?.[0].length ?? 0) }
}

/** The Base64 of a key, however it is written, so that it gets one number. */
function materialOf(block: string): string {
  return block
    .replace(/-----[^-]*-----/g, "")
    .split(LINE_END)
    .map((line) =>
      line.replace(/^[\s+\->|"'`#*,\\]*(?:Line |[\w./-]{1,200}:)?(?:\d{1,6}[:|\t ] {0,2}\|?)?/, ""),
    )
    .filter((line) => !/^[A-Za-z-]{2,20}: /.test(line))
    .join("")
    .replace(/[^A-Za-z0-9+/=]/g, "")
}

/** The lines of a key, which tools also show one by one. */
export function keyLines(material: string): string[] {
  const lines: string[] = []
  // PEM has 64 characters a line, OpenSSH 70; both are found by what the other has in the middle of its lines.
  for (let at = 0; at + 32 <= material.length && lines.length < 64; at += 64)
    lines.push(material.slice(at, at + 32))
  return lines
}
