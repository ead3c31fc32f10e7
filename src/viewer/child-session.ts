import type { Document } from "../protocol/document.ts"
import { plural } from "./format.ts"
import { type Html, html } from "./html.ts"
import { filled } from "./read.ts"

/** The line of a subagent's session that opens it. */
export function childHead(child: Document, id: string): Html {
  const title = filled(child.session?.title) ?? "Subagent session"
  const agent = filled(child.session?.agent) ?? agentOf(child)
  return html`<summary id="${id}"><span class="icon i-branch" aria-hidden="true"></span><span class="name">${title}</span><span class="facts">${agent && html` <span class="agent">@${agent}</span>`} <span>${plural(child.messages.length, "message")}</span></span></summary>`
}

function agentOf(child: Document): string | undefined {
  for (const { info } of child.messages) {
    const agent = filled(info.agent)
    if (agent) return agent
  }
  return undefined
}
