import type { Document } from "../protocol/document.ts"
import { type Block, CONTENTS, madeBlock } from "./block.ts"
import { blockID } from "./block-id.ts"
import { formatCount, plural } from "./format.ts"
import { type Child, type Html, html } from "./html.ts"
import { factsOf, labelOf, type Turn, type TurnFacts, turnsOf } from "./turns.ts"

/** Fewer prompts than this are found by scrolling. */
const WORTHWHILE = 2

/**
 * The prompts as links, each with marks for what came of it. Beside the text on wide screens, and a sheet on narrow
 * ones. None when there is no need for it. A block a row, as a long session changes one of them at a time.
 */
export function contentsBlocks({ messages }: Document): Block[] {
  const rows = turnsOf(messages).flatMap(rowBlock)
  if (rows.length < WORTHWHILE) return []
  const head = html`<h2 id="${CONTENTS}.head">${plural(rows.length, "prompt")}</h2>`
  const list: Block = {
    id: `${CONTENTS}.list`,
    keys: [],
    shape: "",
    children: rows,
    render: (_frame, inner) => html`<ol id="${CONTENTS}.list">${inner}</ol>`,
  }
  return [
    {
      id: CONTENTS,
      keys: [],
      shape: "",
      children: [madeBlock(`${CONTENTS}.head`, head), list],
      render: (_frame, inner) => html`<nav id="${CONTENTS}" aria-label="Prompts" popover>${inner}</nav>`,
    },
  ]
}

function rowBlock(turn: Turn): Block[] {
  if (turn.prompt === undefined) return []
  const message = blockID("message", turn.prompt.info.id)
  const id = `${message}.row`
  return [madeBlock(id, rowOf(turn.prompt, { id, message, facts: factsOf(turn) }))]
}

interface Row {
  id: string
  message: string
  facts: TurnFacts
}

function rowOf(prompt: NonNullable<Turn["prompt"]>, { id, message, facts }: Row): Html {
  return html`<li id="${id}"><a href="#${message}">${labelOf(prompt)}</a>${marks(facts)}</li>`
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
