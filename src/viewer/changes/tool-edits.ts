import { countDiff, type DiffStat, readDiff } from "../diff-lines.ts"
import { countLines } from "../fold-text.ts"
import { asText, type Fields, filled, list, num, record } from "../read.ts"
import { remember } from "../remember.ts"
import type { Edit } from "./sparse-file.ts"

/** What one call of a tool did to one file. */
export interface FileEdit extends Omit<Edit<never>, "by"> {
  path: string
  /** Where the file was before. */
  from?: string
  status?: string
  additions: number
  deletions: number
}

/** Files of one call, or edits. More are left out: OpenCode's own model writes some dozens. */
const MAX_EDITS = 5_000

const READERS: Readonly<Record<string, (state: Fields) => FileEdit[]>> = {
  edit: (state) => editsOf(state, [record(state.metadata)]),
  multiedit: (state) => editsOf(state, list(record(state.metadata).results).map(record)),
  write: writesOf,
  patch: patchesOf,
  apply_patch: patchesOf,
}

/** Files that a completed call has changed, in the order in which it did. */
export function toolEdits(tool: string, state: Fields): readonly FileEdit[] {
  if (state.status !== "completed" || !isEditing(tool)) return NO_EDITS
  return readers[tool]?.(state) ?? NO_EDITS
}

/** Whether a tool changes files. */
export function isEditing(tool: string): boolean {
  return Object.hasOwn(READERS, tool)
}

const NO_EDITS: readonly FileEdit[] = []
const readers = Object.fromEntries(Object.entries(READERS).map(([tool, read]) => [tool, remember(read)]))

function editsOf({ input, metadata }: Fields, results: readonly Fields[]): FileEdit[] {
  const told = record(input)
  const path = filled(told.filePath) ?? filled(record(record(metadata).filediff).file)
  if (path === undefined) return []
  const edits = list(told.edits).map(record)
  return results.slice(0, MAX_EDITS).flatMap((result, at): FileEdit[] => {
    const { oldString, newString } = edits[at] ?? told
    const texts = { old: asText(oldString), new: asText(newString) }
    const patch = patchOf(result)
    if (patch !== undefined) {
      return [
        {
          path,
          patch,
          ...statOf(record(result.filediff), patch),
          ...indentOf(patch, [texts.old, texts.new]),
        },
      ]
    }
    // Where in the file that was, nobody says, so it follows nothing.
    return texts.old || texts.new ? [{ path, texts, ...statBetween(texts) }] : []
  })
}

/** Lines that differ, from the first to the last that does: each page asks, so nothing is compared for it. */
function statBetween(texts: { old: string; new: string }): DiffStat {
  const lines = (text: string) => (text === "" ? [] : text.split("\n"))
  const [before, after] = [lines(texts.old), lines(texts.new)]
  const most = Math.min(before.length, after.length)
  let [start, end] = [0, 0]
  while (start < most && before[start] === after[start]) start++
  while (end < most - start && before.at(-1 - end) === after.at(-1 - end)) end++
  return { additions: after.length - start - end, deletions: before.length - start - end }
}

function writesOf(state: Fields): FileEdit[] {
  const [input, metadata] = [record(state.input), record(state.metadata)]
  const path = filled(input.filePath)
  if (path === undefined) return []
  const patch = patchOf(metadata)
  if (patch !== undefined)
    return [{ path, patch, ...statOf(record(metadata.filediff), patch), trimmed: true }]
  const content = asText(input.content)
  const created = metadata.exists === false
  const additions = content === "" ? 0 : countLines(content)
  return [{ path, content, created, additions, deletions: 0, ...(created && { status: "added" }) }]
}

const STATUS: Readonly<Record<string, string>> = {
  add: "added",
  delete: "deleted",
  move: "renamed",
  update: "modified",
}

function patchesOf({ metadata }: Fields): FileEdit[] {
  const files = list(record(metadata).files).slice(0, MAX_EDITS)
  return files.flatMap((one) => {
    const file = record(one)
    const was = filled(file.filePath) ?? filled(file.relativePath) ?? filled(file.file)
    if (was === undefined) return []
    const path = filled(file.movePath) ?? was
    const patch = patchOf(file)
    const status = STATUS[filled(file.type) ?? ""] ?? filled(file.status)
    return [
      {
        path,
        ...(path !== was && { from: was }),
        ...(patch !== undefined && { patch }),
        ...(status !== undefined && { status }),
        ...statOf(file, patch ?? ""),
        trimmed: true,
      },
    ]
  })
}

export function patchOf(fields: Fields): string | undefined {
  return filled(fields.diff) ?? filled(fields.patch) ?? filled(record(fields.filediff).patch)
}

/** What is told of a patch's size, or else what it has. */
export function statOf(told: Fields, patch: string): DiffStat {
  const [additions, deletions] = [num(told.additions), num(told.deletions)]
  if (additions !== undefined || deletions !== undefined) {
    return { additions: additions ?? 0, deletions: deletions ?? 0 }
  }
  return countDiff(readDiff(patch))
}

/**
 * The indentation that OpenCode took from an edit's diff (`trimDiff` in its edit tool), as what the model wrote still
 * has it. Unknown where that began in the midst of its only line.
 */
function indentOf(patch: string, texts: readonly string[]): Pick<Edit<never>, "trimmed" | "indent"> {
  const shown = new Map<string, string>()
  for (const { kind, text } of readDiff(patch))
    if (kind === "add" || kind === "del") shown.set(text.trim(), text)
  let indent: string | undefined
  for (const text of texts) {
    for (const [at, line] of text.split("\n").entries()) {
      const bare = shown.get(line.trim())
      if (bare === undefined || line.trim() === "" || !line.endsWith(bare.trimEnd())) continue
      const missing = line.slice(0, line.length - bare.length)
      // A first line may have begun earlier than the text.
      if (missing.trim() === "" && (at > 0 || missing !== "") && missing.length >= (indent?.length ?? 0)) {
        indent = missing
      }
    }
  }
  return indent === undefined ? { trimmed: true } : { trimmed: true, indent }
}
