import { codeBox } from "../code-box.ts"
import { countLines, FOLD } from "../fold-text.ts"
import { plural } from "../format.ts"
import { type Frame, shortPath } from "../frame.ts"
import { languageOf } from "../highlight.ts"
import { html } from "../html.ts"
import { asText, filled, num, record, str } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"
import { pathTag } from "./path-tag.ts"
import { taggedText } from "./tagged.ts"

/** The lines that the model saw, numbered as in the file. */
export function readTool(call: ToolCall, frame: Frame): ToolView {
  const path = filled(call.input.filePath) ?? ""
  const seen = linesRead(call)
  const count = seen?.code ? countLines(seen.code) : 0
  const part = num(call.input.offset) !== undefined || num(call.input.limit) !== undefined
  return {
    name: "Read",
    icon: "file",
    subject: pathTag(shortPath(path, frame), path),
    facts: [
      count > 0 && (part && seen ? `lines ${seen.first}–${seen.first + count - 1}` : plural(count, "line")),
    ],
    open: call.attachments.length > 0,
    body: seen?.code
      ? html`${codeBox(seen.code, frame, { language: languageOf(path), limits: FOLD.output, firstLine: seen.first })}`
      : undefined,
  }
}

interface LinesRead {
  code: string
  first: number
}

/** Newer versions of OpenCode tell the text apart; older ones number it within tags, in two spellings. */
function linesRead(call: ToolCall): LinesRead | undefined {
  const display = record(call.metadata.display)
  const text = str(display.text)
  if (text !== undefined) return { code: text, first: num(display.lineStart) ?? 1 }
  const { output } = call
  const inside = taggedText(output, "content") ?? taggedText(output, "file") ?? output
  if (!inside.trim()) return undefined
  const lines = inside.split("\n").map((line) => /^\s*(\d{1,9})(?:: ?|\| ?|\t)(.*)$/.exec(line))
  const numbered = lines.filter((line) => line !== null)
  const first = numbered[0]
  // What is said about a picture is not its text.
  if (!first && call.attachments.length > 0) return undefined
  if (!first) return { code: asText(inside), first: 1 }
  return { code: numbered.map((line) => line[2] ?? "").join("\n"), first: Number(first[1]) }
}
