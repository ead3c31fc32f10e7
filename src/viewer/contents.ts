import type { Document, Message } from "../protocol/document.ts"
import { CONTENTS } from "./block.ts"
import { blockID } from "./block-id.ts"
import { plural } from "./format.ts"
import { type Html, html } from "./html.ts"
import { filled } from "./read.ts"

/** Fewer prompts than this are found by scrolling. */
const WORTHWHILE = 3
const LABEL_CHARS = 90

/** The prompts of a long session as links: its table of contents. Undefined when there is no need for one. */
export function contentsNav({ messages }: Document): Html | undefined {
  const prompts = messages.filter(({ info }) => info.role === "user")
  if (prompts.length < WORTHWHILE) return undefined
  const rows = prompts.map(
    (message) => html`<li><a href="#${blockID("message", message.info.id)}">${labelOf(message)}</a></li>`,
  )
  return html`<nav id="${CONTENTS}" aria-label="Prompts"><details><summary>${plural(prompts.length, "prompt")}</summary><ol>${rows}</ol></details></nav>`
}

function labelOf({ parts }: Message): string {
  const said = parts.find((part) => part.type === "text" && part.synthetic !== true && filled(part.text))
  const text = (filled(said?.text) ?? "Attachment").slice(0, LABEL_CHARS * 4)
  const plain = text
    .replace(/[*_`#>]+/g, "")
    .replace(/\s+/g, " ")
    .trim()
  return plain.length > LABEL_CHARS ? `${plain.slice(0, LABEL_CHARS).trimEnd()}…` : plain || "Prompt"
}
