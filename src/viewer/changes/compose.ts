import { diffArrays } from "diff"
import {
  applyEdit,
  createSparseFile,
  type Edit,
  fullText,
  isGap,
  type Line,
  NO_END,
  type SparseFile,
} from "./sparse-file.ts"
import { createWork, type Work } from "./work.ts"

/** A line of a diff. */
export interface Row<By> {
  kind: "add" | "del" | "same"
  text: string
  old?: number
  new?: number
  /** Who brought it, or took it away. */
  by?: By
}

export interface Hunk<By> {
  rows: Row<By>[]
  additions: number
  deletions: number
  /** Numbers of the first line on both sides. */
  old: number
  new: number
}

const CONTEXT = 3
/** Differences that a comparison looks for, before all of it counts as replaced. */
const MAX_EFFORT = 1_000

/**
 * What edits of one file come to together, from before the first to after the last. Undefined when they do not
 * follow each other: then something else has changed the file as well. Undefined too when that is too much work, of
 * which nothing is left then.
 */
export function compose<By>(edits: readonly Edit<By>[], work: Work = createWork()): Hunk<By>[] | undefined {
  const compare = (before: string[], after: string[]) => compareLines(before, after, work)
  const file = createSparseFile(edits)
  for (const [at, edit] of edits.entries()) {
    work.stepped -= file.pieces.length
    if (work.stepped < 0 || !applyEdit(file, asPatch(file, edit, { at, compare }), at)) return undefined
  }
  return rowsOf(file, edits.length > 1 ? compare : replace).flatMap(cutHunks)
}

/** How many lines came and went, of edits that follow each other. Undefined as well where only comparing could tell. */
export function countNet<By>(
  edits: readonly Edit<By>[],
  work: Work = createWork(),
): { additions: number; deletions: number } | undefined {
  if (edits.some(({ content, texts }, at) => texts || (content !== undefined && at > 0))) return undefined
  const file = createSparseFile(edits)
  for (const [at, edit] of edits.entries()) {
    work.stepped -= file.pieces.length
    if (work.stepped < 0 || !applyEdit(file, asPatch(file, edit, { at, compare: replace }), at))
      return undefined
  }
  const additions = file.pieces.filter((piece) => !isGap(piece) && piece.old === undefined).length
  return { additions, deletions: file.deleted.size }
}

type Compare = (before: string[], after: string[]) => Kind[]

/** A file that is written whole, as a change of what is known of it; that must be all. */
function asPatch<By>(
  file: SparseFile<By>,
  edit: Edit<By>,
  { at, compare }: { at: number; compare: Compare },
): Edit<By> {
  const { content, texts, created, ...rest } = edit
  if (texts) {
    // Pieces of a file end anywhere; remarks about their last line would be wrong.
    const [left, right] = [
      texts.old &&
        `${texts.old}
`,
      texts.new &&
        `${texts.new}
`,
    ]
    return { ...rest, patch: patchBetween(linesOf(left), linesOf(right), compare) }
  }
  if (content === undefined) return edit
  const before = file.pieces.flatMap((piece) => (isGap(piece) ? [] : [fullText(file, piece)]))
  const after = linesOf(content)
  if (file.pieces.some(isGap)) {
    if (!created || at > 0) return edit
    return { ...rest, patch: `@@ -0,0 +1,${after.length} @@\n${after.map((line) => `+${line}\n`).join("")}` }
  }
  return { ...rest, patch: patchBetween(before, after, compare) }
}

function patchBetween(before: string[], after: string[], compare: Compare): string {
  let [left, right] = [0, 0]
  const lines = compare(before, after).map((kind) => {
    const text = kind === "add" ? after[right] : before[left]
    if (kind !== "add") left++
    if (kind !== "del") right++
    return `${SIGN[kind]}${text}\n`
  })
  return `@@ -${before.length > 0 ? 1 : 0} +${after.length > 0 ? 1 : 0} @@\n${lines.join("")}`
}

/** Lines as a diff has them. */
function linesOf(content: string): string[] {
  if (content === "") return []
  const lines = content.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line))
  const last = lines.pop() ?? ""
  return last === "" ? lines : [...lines, last + NO_END]
}

/** The file line by line, each stretch that is known without a gap for itself. */
function rowsOf<By>(file: SparseFile<By>, compare: Compare): Row<By>[][] {
  const gone = [...file.deleted.values()].sort((a, b) => (a.old ?? 0) - (b.old ?? 0)).reverse()
  const stretches: Row<By>[][] = [[]]
  let [dels, adds]: [Line<By>[], Line<By>[]] = [[], []]
  let [old, made] = [1, 1]

  function put(kind: Row<By>["kind"], line: Line<By> | undefined): void {
    if (line === undefined) return
    const by = kind === "same" || line.by === undefined ? {} : { by: line.by }
    stretches.at(-1)?.push({ kind, text: fullText(file, line), old, new: made, ...by })
    if (kind !== "add") old++
    if (kind !== "del") made++
  }

  /** Ends a change before the line of the original with this number. */
  function settle(before: number): void {
    while ((gone.at(-1)?.old ?? before) < before) dels.push(...gone.splice(-1))
    const texts = [dels, adds].map((lines) => lines.map((line) => fullText(file, line)))
    // Later edits may have brought back what earlier ones took away.
    const kinds = compare(texts[0] ?? [], texts[1] ?? [])
    let [left, right] = [0, 0]
    for (const kind of kinds) {
      put(kind, kind === "add" ? adds[right] : dels[left])
      if (kind !== "add") left++
      if (kind !== "del") right++
    }
    dels = []
    adds = []
  }

  for (const piece of file.pieces) {
    if (isGap(piece)) {
      settle(piece.from)
      old += piece.count
      made += piece.count
      stretches.push([])
    } else if (piece.old === undefined) adds.push(piece)
    else {
      settle(piece.old)
      put("same", piece)
    }
  }
  settle(Number.POSITIVE_INFINITY)
  return stretches
}

type Kind = Row<never>["kind"]

/** As far as there is work left for it: each difference may be looked for along all of the lines. */
function compareLines(before: string[], after: string[], work: Work): Kind[] {
  const lines = before.length + after.length
  const most = Math.min(MAX_EFFORT, Math.floor(work.compared / lines))
  const least = Math.abs(before.length - after.length)
  if (before.length === 0 || after.length === 0 || most < 1 || least > most) return replace(before, after)
  const changes = diffArrays(before, after, { maxEditLength: most })
  const found = changes?.reduce((sum, { count, added, removed }) => sum + (added || removed ? count : 0), 0)
  work.compared -= lines * Math.max(1, found ?? most)
  if (changes === undefined) return replace(before, after)
  return changes.flatMap(({ count, added, removed }) =>
    new Array<Kind>(count).fill(added ? "add" : removed ? "del" : "same"),
  )
}

function replace(before: string[], after: string[]): Kind[] {
  return [...new Array<Kind>(before.length).fill("del"), ...new Array<Kind>(after.length).fill("add")]
}

/** Changes with the lines around them. */
function cutHunks<By>(rows: readonly Row<By>[]): Hunk<By>[] {
  const hunks: Hunk<By>[] = []
  const changed = rows.flatMap(({ kind }, at) => (kind === "same" ? [] : [at]))
  for (let at = 0; at < changed.length; ) {
    const first = changed[at] ?? 0
    let last = first
    while (at < changed.length && (changed[at] ?? 0) - last <= 2 * CONTEXT + 1) last = changed[at++] ?? last
    hunks.push(hunkOf(rows.slice(Math.max(0, first - CONTEXT), last + CONTEXT + 1)))
  }
  return hunks
}

/** The beginning of a hunk. */
export function cutHunk<By>(hunk: Hunk<By>, lines: number): Hunk<By> {
  return hunk.rows.length > lines ? hunkOf(hunk.rows.slice(0, lines)) : hunk
}

function hunkOf<By>(rows: Row<By>[]): Hunk<By> {
  const count = (kind: Row<By>["kind"]) => rows.filter((row) => row.kind === kind).length
  const [first] = rows
  return {
    rows,
    additions: count("add"),
    deletions: count("del"),
    old: first?.old ?? 1,
    new: first?.new ?? 1,
  }
}

const SIGN = { add: "+", del: "-", same: " " } as const

/** A hunk as unified diff. */
export function writeHunk<By>({ rows, additions, deletions, ...start }: Hunk<By>): string {
  const same = rows.length - additions - deletions
  const body = rows.map(({ kind, text }) => `${SIGN[kind]}${text}\n`).join("")
  return `@@ -${range(start.old, same + deletions)} +${range(start.new, same + additions)} @@\n${body}`
}

/** An empty side is named for the line before it. */
function range(start: number, count: number): string {
  return `${count === 0 ? start - 1 : start},${count}`
}
