import { outputBox } from "../code-box.ts"
import { FOLD, foldText, moreLink } from "../fold-text.ts"
import { type Frame, shortPath } from "../frame.ts"
import { highlight } from "../highlight.ts"
import { html } from "../html.ts"
import { plainText } from "../plain-text.ts"
import { asText, filled, num } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"

/** A terminal: the prompt, the command, what it printed. */
export function bashTool(call: ToolCall, frame: Frame): ToolView {
  const command = plainText(asText(call.input.command)).trim()
  // While it runs, its output so far is only in the metadata.
  const output = call.output || asText(call.metadata.output)
  const exit = num(call.metadata.exit)
  const workdir = filled(call.input.workdir)
  const folded = foldText(command, FOLD.code, frame)
  return {
    name: "Bash",
    icon: "terminal",
    subject: filled(call.input.description) ?? html`<code>${firstLine(command)}</code>`,
    facts: [exit !== undefined && exit !== 0 && html`<strong class="bad">exit ${exit}</strong>`],
    open: true,
    showsError: true,
    body:
      command || output || call.error
        ? html`<div class="terminal"><pre class="command" tabindex="0">${workdir && html`<span class="where">${shortPath(workdir, frame)}</span> `}<span class="prompt" aria-hidden="true">$ </span><code>${highlight(folded.text, "bash")}</code></pre>${moreLink(folded, frame)}${output.trim() && outputBox(output, frame, FOLD.output)}${call.error && html`<div class="error">${outputBox(call.error, frame, FOLD.output)}</div>`}</div>`
        : undefined,
  }
}

function firstLine(command: string): string {
  const line = command.slice(0, 300).split("\n", 1)[0] ?? ""
  return line.length < command.length ? `${line} …` : line
}
