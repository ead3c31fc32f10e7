import { type Block, madeBlock } from "./block.ts"
import { blockID } from "./block-id.ts"
import { statTag } from "./diff-box.ts"
import { formatCost, formatDuration, plural } from "./format.ts"
import { type Html, html } from "./html.ts"
import { type MessagePlace, messageBlock } from "./message-blocks.ts"
import { factsOf, type Turn, type TurnFacts } from "./turns.ts"

export interface TurnPlace extends Omit<MessagePlace, "last"> {
  /** The session's last turn. */
  last: boolean
  /** Far from both ends of a long session. */
  packs: boolean
}

/** The element of a turn, by its prompt's; `lead` is of what was said before any prompt. */
export function turnID({ prompt }: Turn, sessionID: string): string {
  const first = prompt ? blockID("message", prompt.info.id) : `${blockID("session", sessionID)}.lead`
  return `${first}.turn`
}

/** A turn: the prompt, and what came of it, which folds under a line that sums it up. */
export function turnBlock(turn: Turn, sessionID: string, place: TurnPlace): Block {
  const id = turnID(turn, sessionID)
  const { prompt, answers } = turn
  const asked = prompt ? [messageBlock(prompt, { ...place, last: false })] : []
  const work = answers.length > 0 ? [workBlock(turn, id, place)] : []
  return {
    id,
    keys: [],
    shape: "",
    children: [...asked, ...work],
    render: (_frame, inner) => html`<section class="turn" id="${id}">${inner}</section>`,
  }
}

function workBlock(turn: Turn, turnID: string, { last, packs, ...place }: TurnPlace): Block {
  const id = `${turnID}.work`
  const line = turnLine(factsOf(turn), `${id}.line`)
  const log: Block = {
    id: `${id}.log`,
    keys: [],
    shape: "",
    packs,
    children: turn.answers.map((message, at) =>
      messageBlock(message, { ...place, last: last && at === turn.answers.length - 1 }),
    ),
    render: (_frame, inner) => html`<div class="log" id="${id}.log">${inner}</div>`,
  }
  return {
    id,
    keys: [],
    shape: "",
    children: [madeBlock(`${id}.line`, line), log],
    render: (_frame, inner) => html`<details class="work" id="${id}" open>${inner}</details>`,
  }
}

const ENDS = { running: "Working", finished: "", aborted: "Stopped", failed: "Failed" } as const

function turnLine(facts: TurnFacts, id: string): Html {
  const { took, answers, tools, failed, subagents, files, cost, outcome } = facts
  const shown = [
    took !== undefined && took >= 1000 && formatDuration(took),
    plural(answers, "step"),
    tools > 0 && plural(tools, "tool"),
    subagents > 0 && plural(subagents, "subagent"),
    files > 0 && html`${plural(files, "file")} ${statTag(facts)}`,
    cost > 0 && formatCost(cost),
    failed > 0 && outcome !== "failed" && html`<span class="bad">${failed} failed</span>`,
    outcome !== "finished" && html`<strong class="${outcome}">${ENDS[outcome]}</strong>`,
  ].filter(Boolean)
  return html`<summary id="${id}">${shown.map((fact) => html`<span>${fact}</span> `)}</summary>`
}
