import { countDiff, readDiff } from "./diff-lines.ts"
import { type Fields, filled, list, num, record } from "./read.ts"

export interface EditStat {
  additions: number
  deletions: number
  paths: readonly string[]
}

/** Tools that change files. */
export const EDITING: ReadonlySet<string> = new Set(["edit", "write", "multiedit", "patch", "apply_patch"])

/** What an editing tool's call says that it changed. OpenCode counts for `edit` and `apply_patch`; others only show. */
export function diffStat({ input, metadata }: { input: Fields; metadata: Fields }): EditStat {
  const told = list(metadata.files).map(record)
  if (told.length > 0) {
    return {
      ...sumOf(told),
      paths: told.flatMap((file) => filled(file.filePath) ?? filled(file.relativePath) ?? []),
    }
  }
  const paths = [filled(input.filePath)].filter((path) => path !== undefined)
  const file = record(metadata.filediff)
  if (num(file.additions) !== undefined) return { ...sumOf([file]), paths }
  const diff = filled(metadata.diff)
  if (diff !== undefined) return { ...countDiff(readDiff(diff)), paths }
  const content = filled(input.content)
  return { additions: content === undefined ? 0 : content.trimEnd().split("\n").length, deletions: 0, paths }
}

function sumOf(files: readonly Fields[]): { additions: number; deletions: number } {
  return files.reduce(
    (sum: { additions: number; deletions: number }, file) => ({
      additions: sum.additions + (num(file.additions) ?? 0),
      deletions: sum.deletions + (num(file.deletions) ?? 0),
    }),
    { additions: 0, deletions: 0 },
  )
}
