import { isEditing, toolEdits } from "../changes/tool-edits.ts"
import { statTag } from "../diff-box.ts"
import type { DiffStat } from "../diff-lines.ts"
import { countLines } from "../fold-text.ts"
import { plural } from "../format.ts"
import type { Frame } from "../frame.ts"
import { type Html, html } from "../html.ts"
import type { Fields } from "../read.ts"
import type { ToolCall } from "./call.ts"
import { cardLine, cardState } from "./tool-card.ts"
import { toolView } from "./tool-table.ts"

/** A tool call on a page that is too long for what its tools put out: its line, and a link to the rest. */
export function leanCard(call: ToolCall, frame: Frame): Html {
  const view = toolView(withoutBulk(call), frame)
  const facts = isEditing(call.tool) ? [statTag(editStat(call))] : view.facts
  const lines = call.output ? countLines(call.output) : 0
  const label = lines > 1 ? `Show ${plural(lines, "line")}` : "Show it"
  return html`<details class="card ${cardState(call)}"><summary class="line">${cardLine(call, { ...view, ...(facts && { facts }) })}</summary><a class="more" href="${frame.partHref}">${label}</a></details>`
}

function editStat({ tool, status, input, metadata }: ToolCall): DiffStat {
  const sum = { additions: 0, deletions: 0 }
  for (const { additions, deletions } of toolEdits(tool, { status, input, metadata })) {
    sum.additions += additions
    sum.deletions += deletions
  }
  return sum
}

/** What is only shown when the card is whole is not even drawn. */
function withoutBulk(call: ToolCall): ToolCall {
  return {
    ...call,
    output: "",
    error: "",
    attachments: [],
    input: shortened(call.input),
    metadata: shortened(call.metadata),
  }
}

const BULKY: ReadonlySet<string> = new Set([
  "diff",
  "filediff",
  "files",
  "display",
  "diagnostics",
  "results",
  "edits",
])
const LONGEST = 500

function shortened(fields: Fields): Fields {
  const kept = Object.entries(fields).filter(([name]) => !BULKY.has(name))
  return Object.fromEntries(
    kept.map(([name, value]) => [name, typeof value === "string" ? value.slice(0, LONGEST) : value]),
  )
}
