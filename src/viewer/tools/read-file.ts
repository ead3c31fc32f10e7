import { codeBox, outputBox } from "../code-box.ts"
import { countLines, FOLD } from "../fold-text.ts"
import { formatCount, plural } from "../format.ts"
import { type Frame, shortPath } from "../frame.ts"
import { languageOf } from "../highlight.ts"
import { html } from "../html.ts"
import { asText, filled, list, num, record, str } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"
import { pathTag } from "./path-tag.ts"
import { remarkLines, splitRemarks } from "./remarks.ts"
import { taggedText } from "./tagged.ts"

/** The lines that the model saw, numbered as in the file; of a folder, what is in it. */
export function readTool(call: ToolCall, frame: Frame): ToolView {
  const path = filled(call.input.filePath) ?? ""
  const { text, remarks } = splitRemarks(contentOf(call.output))
  const folder = entriesOf(call)
  const seen = folder ? undefined : linesRead(call, text)
  return {
    name: "Read",
    icon: folder ? "folder" : "file",
    subject: pathTag(shortPath(path, frame), path),
    facts: [folder ? entryCount(folder.length) : seen && lineCount(call, seen)],
    open: call.attachments.length > 0,
    body: html`${folder && folder.length > 0 && outputBox(folder.join("\n"), frame, FOLD.output)}${seen?.code && codeBox(seen.code, frame, { language: languageOf(path), limits: FOLD.output, firstLine: seen.first })}${remarkLines(remarks)}`,
  }
}

/** Older versions put a file in `<file>`, newer ones in `<content>`, with their remark at the end of it. */
function contentOf(output: string): string {
  return (
    taggedText(output, "content") ?? taggedText(output, "file") ?? (output.startsWith("<path>") ? "" : output)
  )
}

function entriesOf(call: ToolCall): string[] | undefined {
  const display = record(call.metadata.display)
  if (display.type === "directory") return list(display.entries).map(asText)
  const told = taggedText(call.output, "entries")
  return told?.split("\n").filter((line) => line.trim() && !/^\(.*\)$/.test(line))
}

function entryCount(count: number): string {
  return count === 1 ? "1 entry" : `${formatCount(count)} entries`
}

function lineCount(call: ToolCall, { code, first }: LinesRead): string | undefined {
  const count = code ? countLines(code) : 0
  if (count === 0) return undefined
  const part = num(call.input.offset) !== undefined || num(call.input.limit) !== undefined
  return part ? `lines ${first}–${first + count - 1}` : plural(count, "line")
}

interface LinesRead {
  code: string
  first: number
}

/** Newer versions of OpenCode tell the text apart; older ones number it within tags, in two spellings. */
function linesRead(call: ToolCall, inside: string): LinesRead | undefined {
  const display = record(call.metadata.display)
  const text = str(display.text)
  if (text !== undefined) return { code: text, first: num(display.lineStart) ?? 1 }
  if (!inside.trim()) return undefined
  const lines = inside.split("\n").map((line) => /^\s*(\d{1,9})(?:: ?|\| ?|\t)(.*)$/.exec(line))
  const numbered = lines.filter((line) => line !== null)
  const first = numbered[0]
  // What is said about a picture is not its text.
  if (!first && call.attachments.length > 0) return undefined
  if (!first) return { code: asText(inside), first: 1 }
  return { code: numbered.map((line) => line[2] ?? "").join("\n"), first: Number(first[1]) }
}
