import { plural } from "../format.ts"
import type { Frame } from "../frame.ts"
import { html } from "../html.ts"
import { type Fields, list, record } from "../read.ts"
import { readCall, type ToolCall, type ToolView } from "./call.ts"
import { toolView } from "./tool-table.ts"

/** Several calls at once. Each of them has a part of its own besides, so a line apiece is enough. */
export function batchTool(call: ToolCall, frame: Frame): ToolView {
  const calls = list(call.input.tool_calls).map(record)
  const details = list(call.metadata.details).map(record)
  const failed = details.filter((detail) => detail.success === false).length
  const rows = calls.map((one, index) => {
    const view = toolView(readCall({ tool: one.tool, state: { input: inputOf(one) } }), frame)
    const bad = details[index]?.success === false
    return html`<li><span class="icon i-${view.icon}"></span><span class="name">${view.name}</span> <span class="subject">${view.subject}</span>${bad && html` <strong class="bad">failed</strong>`}</li>`
  })
  return {
    name: "Batch",
    icon: "layers",
    subject: plural(calls.length, "call"),
    facts: [failed > 0 && html`<strong class="bad">${failed} failed</strong>`],
    open: true,
    body: rows.length > 0 ? html`<ul class="calls">${rows}</ul>` : undefined,
  }
}

/** A batch within a batch is not allowed by OpenCode; here it would be a way to make us recurse. */
function inputOf(call: Fields): Fields {
  return call.tool === "batch" ? {} : record(call.parameters)
}
