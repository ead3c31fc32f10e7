import type { PartData } from "../../protocol/opencode.ts"
import { FOLD, foldText, moreLink } from "../fold-text.ts"
import { elapsed, formatDuration } from "../format.ts"
import type { Frame } from "../frame.ts"
import { type Html, html } from "../html.ts"
import { markdown } from "../markdown.ts"
import { asText, num, record } from "../read.ts"

/** What the model thought before it spoke: folded, with its beginning as the label. */
export function reasoningPart(part: PartData, frame: Frame): Html {
  const text = asText(part.text).trim()
  const took = elapsed(part.time)
  const time = record(part.time)
  const thinking = num(time.start) !== undefined && num(time.end) === undefined
  const label = thinking
    ? "Thinking"
    : took !== undefined && took >= 1000
      ? `Thought for ${formatDuration(took)}`
      : "Thought"
  if (!text) return html`<p class="thought empty">${label}</p>`
  const folded = foldText(text, FOLD.reasoning, frame)
  return html`<details class="thought"${frame.open && html` open`}><summary>${label}${!frame.lean && html` <span class="dim">${beginning(text)}</span>`}</summary><div class="prose">${markdown(folded.text)}</div>${moreLink(folded, frame)}</details>`
}

function beginning(text: string): string {
  return text
    .slice(0, 120)
    .replace(/[*_#`]+/g, "")
    .replace(/\s+/g, " ")
    .trim()
}
