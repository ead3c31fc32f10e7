import { outputBox } from "../code-box.ts"
import { FOLD } from "../fold-text.ts"
import type { Frame } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { fieldList, jsonBox } from "../json-box.ts"
import { filled } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"
import { remarkLines, splitRemarks } from "./remarks.ts"

/** Any tool that we have no rendering for: an MCP server's, a plugin's, a newer OpenCode's. */
export function genericTool(call: ToolCall, frame: Frame): ToolView {
  const { text, remarks } = splitRemarks(call.output)
  return {
    name: call.tool,
    icon: "tool",
    subject: call.title ?? subjectOf(call),
    body: html`${fieldList(call.input, frame)}${text.trim() && resultBox(text, frame)}${remarkLines(remarks)}`,
  }
}

/** The first short text of the input is nearly always what the call is about. */
function subjectOf(call: ToolCall): Html | undefined {
  const first = Object.values(call.input)
    .map(filled)
    .find((text) => text !== undefined && text.length <= 120)
  return first === undefined ? undefined : html`<code>${first}</code>`
}

const PARSE_CHARS = 100_000

/** What came back: JSON laid out for reading, anything else as it was printed. */
export function resultBox(output: string, frame: Frame): Html {
  const parsed = output.length <= PARSE_CHARS && /^\s*[[{]/.test(output) ? parseJson(output) : undefined
  return parsed === undefined ? outputBox(output, frame, FOLD.output) : jsonBox(parsed, frame)
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
