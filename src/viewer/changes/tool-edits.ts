import { makePatch } from "../diff-box.ts"
import { readDiff } from "../diff-lines.ts"
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
  return results.flatMap((result, at) => {
    const { oldString, newString } = edits[at] ?? told
    const texts = [asText(oldString), asText(newString)]
    const patch = patchOf(result)
    if (patch !== undefined) {
      return [{ path, patch, ...statOf(record(result.filediff), patch), ...indentOf(patch, texts) }]
    }
    // Where in the file that was, nobody says, so it follows nothing.
    const made = texts.some(Boolean) ? makePatch(texts[0] ?? "", texts[1] ?? "") : undefined
    return made === undefined ? [] : [{ path, patch: made, ...statOf({}, made) }]
  })
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
  const additions = content.trimEnd() === "" ? 0 : content.trimEnd().split("\n").length
  return [{ path, content, created, additions, deletions: 0, ...(created && { status: "added" }) }]
}

const STATUS: Readonly<Record<string, string>> = {
  add: "added",
  delete: "deleted",
  move: "renamed",
  update: "modified",
}

function patchesOf({ metadata }: Fields): FileEdit[] {
  return list(record(metadata).files).flatMap((one) => {
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

function statOf(told: Fields, patch: string): { additions: number; deletions: number } {
  const [additions, deletions] = [num(told.additions), num(told.deletions)]
  if (additions !== undefined || deletions !== undefined) {
    return { additions: additions ?? 0, deletions: deletions ?? 0 }
  }
  const lines = readDiff(patch)
  const count = (kind: string) => lines.filter((line) => line.kind === kind).length
  return { additions: count("add"), deletions: count("del") }
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
