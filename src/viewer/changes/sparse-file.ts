import { readDiff } from "../diff-lines.ts"

/** One change of a file, as some tool tells of it. */
export interface Edit<By> {
  /** A unified diff. */
  patch?: string
  /** All of the file from then on, where there is no diff. */
  content?: string
  /** What stood somewhere, and what stands there since, where there is no diff of it. */
  texts?: { old: string; new: string }
  /** Nothing stood there before. */
  created?: boolean
  /** OpenCode takes the indentation that all lines of an edit's diff have in common away from them. */
  trimmed?: boolean
  /** What it took away, where that is known. */
  indent?: string
  by?: By
}

/** A line of which the text is known. */
export interface Line<By> {
  text: string
  /** The edit that told of it, by its place. */
  edit: number
  /** Its number before all edits; undefined when an edit brought it. */
  old?: number
  /** Who brought it, or took it away. */
  by?: By
}

/** Lines of the original that no edit has shown so far. */
interface Gap {
  from: number
  count: number
}

type Piece<By> = Line<By> | Gap

/** As much of a file as its edits tell: what it holds now, and what is gone from the original. */
export interface SparseFile<By> {
  pieces: Piece<By>[]
  deleted: Map<number, Line<By>>
  /** Of each edit: indentation that its lines lack. */
  lifts: string[]
  /** Edits of which that may still turn out. */
  trimmed: ReadonlySet<number>
}

export function isGap<By>(piece: Piece<By>): piece is Gap {
  return "count" in piece
}

export function createSparseFile<By>(edits: readonly Edit<By>[]): SparseFile<By> {
  const unsure = edits.flatMap(({ trimmed, indent }, at) => (trimmed && indent === undefined ? [at] : []))
  return {
    pieces: [{ from: 1, count: Number.POSITIVE_INFINITY }],
    deleted: new Map(),
    lifts: edits.map(({ indent }) => indent ?? ""),
    trimmed: new Set(unsure),
  }
}

/** A line with the indentation that its diff had lost. */
export function fullText<By>({ lifts }: SparseFile<By>, { text, edit }: Line<By>): string {
  return isBlank(text) ? text : (lifts[edit] ?? "") + text
}

/** Takes an edit into the file. False when it does not fit to what is known of it. */
export function applyEdit<By>(file: SparseFile<By>, edit: Edit<By>, at: number): boolean {
  if (edit.content !== undefined || edit.texts) return false
  const hunks = readHunks(edit.patch ?? "")
  // Of what was created, and of what was deleted, nothing is unknown.
  if (hunks[0]?.creates && file.pieces.every(isGap)) file.pieces = []
  const source = [...file.pieces].reverse()
  const made: Piece<By>[] = []
  let line = 1

  function next(): { line: Line<By> | undefined; old: number | undefined } | undefined {
    const piece = source.pop()
    if (piece === undefined) return undefined
    if (!isGap(piece)) return { line: piece, old: piece.old }
    if (piece.count > 1) source.push({ from: piece.from + 1, count: piece.count - 1 })
    return { line: undefined, old: piece.from }
  }

  function copyTo(target: number): boolean {
    while (line < target) {
      const piece = source.pop()
      if (piece === undefined) return false
      if (!isGap(piece)) {
        made.push(piece)
        line++
        continue
      }
      const count = Math.min(piece.count, target - line)
      made.push({ from: piece.from, count })
      if (count < piece.count) source.push({ from: piece.from + count, count: piece.count - count })
      line += count
    }
    return line === target
  }

  for (const hunk of hunks) {
    if (!copyTo(hunk.at)) return false
    for (const { kind, text } of hunk.lines) {
      if (kind === "add") {
        made.push({ text, edit: at, ...(edit.by !== undefined && { by: edit.by }) })
        line++
        continue
      }
      const met = next()
      if (met === undefined) return false
      const known: Line<By> = met.line ?? { text, edit: at, ...(met.old !== undefined && { old: met.old }) }
      if (met.line && !fits(file, met.line, { text, edit: at })) return false
      if (kind === "same") {
        made.push(known)
        line++
      } else if (known.old !== undefined) {
        file.deleted.set(known.old, { ...known, ...(edit.by !== undefined && { by: edit.by }) })
      }
    }
    if (hunk.empties) source.length = 0
  }
  file.pieces = [...made, ...source.reverse()]
  return true
}

/** Whether two tellings of a line are the same, but for indentation that a diff may have lost. */
function fits<By>(file: SparseFile<By>, known: Line<By>, told: Line<By>): boolean {
  const [left, right] = [fullText(file, known), fullText(file, told)]
  if (left === right || (isBlank(left) && isBlank(right))) return true
  return lift(file, told.edit, left, right) || lift(file, known.edit, right, left)
}

function lift<By>({ lifts, trimmed }: SparseFile<By>, edit: number, long: string, short: string): boolean {
  const missing = long.slice(0, Math.max(0, long.length - short.length))
  if (!trimmed.has(edit) || missing === "" || !isBlank(missing) || missing + short !== long) return false
  lifts[edit] = missing + (lifts[edit] ?? "")
  return true
}

function isBlank(text: string): boolean {
  return text.trim() === ""
}

interface ReadHunk {
  /** The number of its first line, once the hunks before it are applied. */
  at: number
  creates: boolean
  empties: boolean
  lines: { kind: "add" | "del" | "same"; text: string }[]
}

const HEAD = /^@@ -(\d{1,9})(?:,\d+)? \+(\d{1,9})(?:,\d+)? @@/
/** Stands behind the text of a line, as in a diff; no text of a line holds a line break. */
export const NO_END = "\n\\ No newline at end of file"

function readHunks(patch: string): ReadHunk[] {
  const hunks: ReadHunk[] = []
  for (const { kind, text } of readDiff(patch)) {
    const hunk = hunks.at(-1)
    const head = kind === "hunk" ? HEAD.exec(text) : null
    if (head) {
      const [from, to] = [Number(head[1]), Number(head[2])]
      hunks.push({ at: to, creates: from === 0, empties: to === 0, lines: [] })
    } else if (hunk && kind === "note") {
      const last = hunk.lines.at(-1)
      if (last && text.startsWith("No newline")) last.text += NO_END
    } else if (hunk && kind !== "hunk" && kind !== "note") hunk.lines.push({ kind, text })
  }
  for (const hunk of hunks) {
    // A hunk that leaves nothing is named for the line before it.
    if (hunk.lines.every(({ kind }) => kind === "del")) hunk.at++
  }
  return hunks
}
