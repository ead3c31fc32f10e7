import { compose, type Hunk, type Row } from "./compose.ts"
import type { Edit } from "./sparse-file.ts"
import { createWork, type Work } from "./work.ts"

/**
 * Names who made the lines of a diff that only says what became of the file. A line is theirs whose edits, taken
 * together, changed it at the same place; failing that, whose edit was the last to change such a line at all.
 */
export function creditHunks<By>(
  hunks: readonly Hunk<By>[],
  edits: readonly Edit<By>[],
  work: Work = createWork(),
): Hunk<By>[] {
  if (edits.length === 0 || !hunks.some(({ rows }) => rows.some(isUncredited))) return [...hunks]
  const places = new Map<string, Row<By>>()
  const words = new Map<string, By>()
  for (const { rows } of compose(edits, work) ?? []) for (const row of rows) places.set(placeOf(row), row)
  for (const edit of edits) {
    const alone = compose([edit], work) ?? compose([{ ...edit, created: true }], work) ?? []
    for (const { rows } of alone) {
      for (const { kind, text } of rows) if (edit.by !== undefined) words.set(wordOf(kind, text), edit.by)
    }
  }
  return hunks.map((hunk) => ({ ...hunk, rows: hunk.rows.map(credit) }))

  function credit(row: Row<By>): Row<By> {
    if (!isUncredited(row)) return row
    const there = places.get(placeOf(row))
    const same = there?.kind === row.kind && there.text.trim() === row.text.trim() ? there.by : undefined
    const by = same ?? words.get(wordOf(row.kind, row.text))
    return by === undefined ? row : { ...row, by }
  }
}

/** A changed line, whatever its indentation. */
function wordOf(kind: string, text: string): string {
  return kind + text.trim()
}

function isUncredited<By>({ kind, by }: Row<By>): boolean {
  return kind !== "same" && by === undefined
}

function placeOf<By>({ kind, old, new: made }: Row<By>): string {
  return `${kind} ${kind === "del" ? old : made}`
}

/** Whoever had a part in a hunk, in the order of its lines. */
export function authorsOf<By>({ rows }: Hunk<By>): By[] {
  return [...new Set(rows.flatMap(({ by }) => by ?? []))]
}
