import type { Document } from "../protocol/document.ts"
import { CONTENTS } from "./block.ts"
import { blockID } from "./block-id.ts"
import { formatCount, plural } from "./format.ts"
import { type Child, type Html, html } from "./html.ts"
import { factsOf, labelOf, type Turn, type TurnFacts, turnsOf } from "./turns.ts"

/** Fewer prompts than this are found by scrolling. */
const WORTHWHILE = 2

/**
 * The prompts as links, each with marks for what came of it. Beside the text on wide screens, and a sheet on narrow
 * ones. Undefined when there is no need for one.
 */
export function contentsNav({ messages }: Document): Html | undefined {
  const turns = turnsOf(messages).filter(({ prompt }) => prompt)
  if (turns.length < WORTHWHILE) return undefined
  return html`<nav id="${CONTENTS}" aria-label="Prompts" popover><h2>${plural(turns.length, "prompt")}</h2><ol>${turns.map(row)}</ol></nav>`
}

function row(turn: Turn): Html | undefined {
  const { prompt } = turn
  return (
    prompt &&
    html`<li><a href="#${blockID("message", prompt.info.id)}">${labelOf(prompt)}</a>${marks(factsOf(turn))}</li>`
  )
}

function marks({ outcome, failed, subagents, additions, deletions }: TurnFacts): Child {
  const shown = [
    outcome === "running" && html`<b class="m-run" title="Working on it">…</b>`,
    outcome === "aborted" && html`<b class="m-stop" title="Stopped by the user">■</b>`,
    failed > 0 && html`<b class="m-bad" title="${plural(failed, "failure")}">!</b>`,
    subagents > 0 &&
      html`<b class="m-sub" title="${plural(subagents, "subagent")}"><span class="icon i-branch"></span></b>`,
    additions > 0 && html`<b class="m-add">+${formatCount(additions)}</b>`,
    deletions > 0 && html`<b class="m-del">−${formatCount(deletions)}</b>`,
  ].filter(Boolean)
  return shown.length > 0 && html` <span class="marks">${shown}</span>`
}
