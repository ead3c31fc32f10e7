import type { PartData } from "../../protocol/opencode.ts"
import { FOLD, foldText, moreLink } from "../fold-text.ts"
import type { Frame } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { markdown } from "../markdown.ts"
import { asText, filled } from "../read.ts"

/** `@name` in a prompt: the agent that the user called. */
export function agentPart(part: PartData): Html {
  return html`<span class="chip"><span class="icon i-branch"></span><span class="agent">@${filled(part.name) ?? "agent"}</span> <span class="dim">agent called</span></span>`
}

/** Work that the user handed to a subagent, by a command or by name. */
export function subtaskPart(part: PartData, frame: Frame): Html {
  const prompt = foldText(asText(part.prompt), FOLD.code, frame)
  const command = filled(part.command)
  return html`<details class="card"${prompt.rest === undefined && html` open`}><summary class="line"><span class="icon i-branch"></span><span class="name">Subtask</span> <span class="subject">${filled(part.description) ?? command}</span><span class="facts">${command && html` <span><code>/${command}</code></span>`} <span class="agent">@${filled(part.agent) ?? "agent"}</span></span></summary><div class="body"><div class="asked"><div class="prose">${markdown(prompt.text)}</div>${moreLink(prompt, frame)}</div></div></details>`
}
