import { codeBox } from "../code-box.ts"
import { type DiffBox, diffBox, makePatch, statTag } from "../diff-box.ts"
import { FOLD } from "../fold-text.ts"
import { plural } from "../format.ts"
import { type Frame, shortPath } from "../frame.ts"
import { languageOf } from "../highlight.ts"
import { type Html, html } from "../html.ts"
import { asText, type Fields, filled, list, record } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"
import { diagnosticList } from "./diagnostics.ts"
import { pathTag } from "./path-tag.ts"

/** Diffs up to this many lines are read at once; longer ones wait for a click. */
const OPEN_LINES = 64

export function editTool(call: ToolCall, frame: Frame): ToolView {
  const patch = patchOf(call.metadata) ?? patchOfInput(call.input)
  return changeView("Edit", call, frame, patch === undefined ? [] : [diffBox(patch, frame, pathOf(call))])
}

export function writeTool(call: ToolCall, frame: Frame): ToolView {
  const patch = patchOf(call.metadata)
  const path = pathOf(call)
  if (patch !== undefined) return changeView("Write", call, frame, [diffBox(patch, frame, path)])
  const content = asText(call.input.content)
  const lines = content ? content.replace(/\n$/, "").split("\n").length : 0
  const created = call.status === "completed" && call.metadata.exists === false
  return {
    ...changeView("Write", call, frame, []),
    facts: [created && "new file", lines > 0 && plural(lines, "line")],
    open: lines > 0 && lines <= OPEN_LINES,
    body: html`${content && codeBox(content, frame, { language: languageOf(path), limits: FOLD.code, firstLine: 1 })}${diagnosticList(call.metadata.diagnostics, path, frame)}`,
  }
}

export function multieditTool(call: ToolCall, frame: Frame): ToolView {
  const done = list(call.metadata.results).map((result) => patchOf(record(result)))
  const patches = done.some(Boolean) ? done : list(call.input.edits).map((edit) => patchOfInput(record(edit)))
  const boxes = patches
    .filter((patch) => patch !== undefined)
    .map((patch) => diffBox(patch, frame, pathOf(call)))
  return changeView("Edit", call, frame, boxes)
}

/** `apply_patch` and its forebear: several files in one text of its own format, and a diff once it is applied. */
export function patchTool(call: ToolCall, frame: Frame): ToolView {
  const files = list(call.metadata.files).map(record)
  const parts = files.flatMap((file) => {
    const path = filled(file.relativePath) ?? filled(file.filePath) ?? filled(file.file) ?? ""
    const patch = patchOf(file)
    return patch === undefined ? [] : [{ path, diff: diffBox(patch, frame, path) }]
  })
  if (parts.length > 0) {
    const view = changeView(
      "Patch",
      call,
      frame,
      parts.map(({ diff }) => diff),
    )
    const body = parts.map(
      ({ path, diff }) =>
        html`<p class="caption">${pathTag(shortPath(path, frame), path)} ${statTag(diff.stat)}</p>${diff.box}`,
    )
    return { ...view, subject: plural(parts.length, "file"), body: html`${body}` }
  }
  const patch = patchOf(call.metadata)
  if (patch !== undefined) return changeView("Patch", call, frame, [diffBox(patch, frame)])
  const text = asText(call.input.patchText) || asText(call.input.patch)
  return {
    ...changeView("Patch", call, frame, []),
    open: true,
    body: text ? codeBox(text, frame, { language: "diff", limits: FOLD.code }) : undefined,
  }
}

function changeView(name: string, call: ToolCall, frame: Frame, diffs: readonly DiffBox[]): ToolView {
  const path = pathOf(call)
  const lines = diffs.reduce((sum, diff) => sum + diff.lines, 0)
  const additions = diffs.reduce((sum, diff) => sum + diff.stat.additions, 0)
  const deletions = diffs.reduce((sum, diff) => sum + diff.stat.deletions, 0)
  const problems = diagnosticList(call.metadata.diagnostics, path, frame)
  const boxes: Html[] = diffs.map(({ box }) => box)
  return {
    name,
    icon: "pencil",
    subject: path ? pathTag(shortPath(path, frame), path) : call.title,
    facts: [diffs.length > 0 && statTag({ additions, deletions })],
    open: lines <= OPEN_LINES,
    body: boxes.length > 0 || problems ? html`${boxes}${problems}` : undefined,
  }
}

function pathOf(call: ToolCall): string {
  return filled(call.input.filePath) ?? ""
}

function patchOf(fields: Fields): string | undefined {
  return filled(fields.diff) ?? filled(fields.patch) ?? filled(record(fields.filediff).patch)
}

function patchOfInput(input: Fields): string | undefined {
  const [before, after] = [asText(input.oldString), asText(input.newString)]
  return before || after ? makePatch(before, after) : undefined
}
