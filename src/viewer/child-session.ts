import type { Document } from "../protocol/document.ts"
import { formatCost, plural } from "./format.ts"
import { type Html, html } from "./html.ts"
import { filled } from "./read.ts"
import { type Outcome, outcomeOfSession } from "./turns.ts"
import { usageOf } from "./usage.ts"

const STATES: Readonly<Record<Outcome, string | undefined>> = {
  running: "working",
  finished: undefined,
  aborted: "stopped",
  failed: "failed",
}

/** The line of a subagent's session that opens it in place. */
export function childHead(child: Document, id: string): Html {
  const title = filled(child.session?.title) ?? "Subagent session"
  const agent = filled(child.session?.agent) ?? agentOf(child)
  const outcome = outcomeOfSession(child)
  const { cost } = usageOf(child)
  const facts = [
    agent && html`<span class="agent">@${agent}</span>`,
    html`<span>${plural(child.messages.length, "message")}</span>`,
    cost > 0 && html`<span>${formatCost(cost)}</span>`,
    STATES[outcome] && html`<strong class="${outcome}">${STATES[outcome]}</strong>`,
  ].filter(Boolean)
  return html`<summary id="${id}"><span class="icon i-branch" aria-hidden="true"></span><span class="name">${title}</span><span class="facts">${facts.map((fact) => html` ${fact}`)}</span></summary>`
}

/** The agent that a session is of, by the first message that says so. */
export function agentOf(child: Document): string | undefined {
  for (const { info } of child.messages) {
    const agent = filled(info.agent)
    if (agent) return agent
  }
  return undefined
}
