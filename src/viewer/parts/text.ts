import type { PartData } from "../../protocol/opencode.ts"
import { outputBox } from "../code-box.ts"
import { FOLD, foldText, moreLink } from "../fold-text.ts"
import type { Frame } from "../frame.ts"
import { type Html, html, nothing } from "../html.ts"
import { markdown } from "../markdown.ts"
import { asText, num, record } from "../read.ts"
import { typedLength } from "../typed.ts"

/** What somebody said. Text that OpenCode put in for the model, or keeps from it, stays folded. */
export function textPart(part: PartData, frame: Frame): Html {
  const text = asText(part.text)
  if (part.synthetic === true) return quietText("Added for the model", text, frame)
  if (part.ignored === true) return quietText("Not sent to the model", text, frame)
  if (!text.trim()) return isBegun(part) ? nothing : html`<p class="empty">No text</p>`
  const folded = foldText(text, FOLD.prose, frame)
  return html`${prose(folded.text)}${moreLink(folded, frame)}`
}

/** Its first word is still to come. */
function isBegun(part: PartData): boolean {
  return num(record(part.time).start) !== undefined && typedLength(part) !== undefined
}

/** Markdown makes a hundred thousand elements of a few megabytes; what is that long is read as it was written. */
const MARKDOWN_CHARS = 100_000

function prose(text: string): Html {
  if (text.length > MARKDOWN_CHARS) return html`<div class="prose long">${text}</div>`
  return html`<div class="prose">${markdown(text)}</div>`
}

/** A prompt is read as it was typed; long logs pasted into it fold early. */
export function promptText(part: PartData, frame: Frame): Html {
  if (part.synthetic === true || part.ignored === true) return textPart(part, frame)
  const folded = foldText(asText(part.text), FOLD.prompt, frame)
  if (!folded.text.trim()) return html`<p class="empty">No text</p>`
  return html`${prose(folded.text)}${moreLink(folded, frame)}`
}

function quietText(label: string, text: string, frame: Frame): Html {
  const beginning = text.trim().slice(0, 90).replace(/\s+/g, " ")
  return html`<details class="aside"${frame.open && html` open`}><summary>${label} <span class="dim">${beginning}</span></summary>${outputBox(text, frame, FOLD.code)}</details>`
}
