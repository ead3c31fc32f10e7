import { outputBox } from "../code-box.ts"
import { FOLD, foldText, moreLink } from "../fold-text.ts"
import { type Frame, shortPath } from "../frame.ts"
import { highlight } from "../highlight.ts"
import { type Child, html } from "../html.ts"
import { plainText } from "../plain-text.ts"
import { asText, filled, num } from "../read.ts"
import type { ToolCall, ToolView } from "./call.ts"
import { remarkLines, splitRemarks } from "./remarks.ts"

const IN_TERMINAL = { inTerminal: true }

/** A terminal: the prompt, the command, what it printed. */
export function bashTool(call: ToolCall, frame: Frame): ToolView {
  const command = plainText(asText(call.input.command)).trim()
  // While it runs, its output so far is only in the metadata; when it was aborted, its output is only there.
  const { text, remarks } = splitRemarks(call.output || asText(call.metadata.output))
  const folded = foldText(command, FOLD.code, frame)
  const inside = [
    command && commandLine(folded.text, call, frame),
    moreLink(folded, frame),
    text.trim() && outputBox(text, frame, FOLD.output, IN_TERMINAL),
    call.error && html`<div class="error">${outputBox(call.error, frame, FOLD.output, IN_TERMINAL)}</div>`,
    remarkLines(remarks),
  ]
  return {
    name: "Bash",
    icon: "terminal",
    subject: filled(call.input.description) ?? html`<code>${firstLine(command)}</code>`,
    facts: [exitFact(num(call.metadata.exit))],
    open: true,
    showsError: true,
    body: command || text || call.error ? html`<div class="terminal">${inside}</div>` : undefined,
  }
}

function commandLine(command: string, call: ToolCall, frame: Frame): Child {
  const workdir = filled(call.input.workdir)
  const where = workdir && html`<span class="where">${shortPath(workdir, frame)}</span> `
  return html`<pre class="command">${where}<span class="prompt" aria-hidden="true">$ </span><code>${highlight(command, "bash")}</code></pre>`
}

function exitFact(exit: number | undefined): Child {
  if (exit === undefined) return undefined
  return exit === 0 ? "exit 0" : html`<strong class="bad">exit ${exit}</strong>`
}

function firstLine(command: string): string {
  const line = command.slice(0, 300).split("\n", 1)[0] ?? ""
  return line.length < command.length ? `${line} …` : line
}
