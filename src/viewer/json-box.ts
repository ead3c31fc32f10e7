import { codeBox } from "./code-box.ts"
import { FOLD } from "./fold-text.ts"
import type { Frame } from "./frame.ts"
import { type Html, html } from "./html.ts"
import { prettyJson } from "./pretty-json.ts"
import type { Fields } from "./read.ts"

/** A value of unknown shape, as indented JSON. */
export function jsonBox(value: unknown, frame: Frame): Html {
  return codeBox(prettyJson(value), frame, { language: "json", limits: FOLD.output })
}

const INLINE_CHARS = 200
const MOST_FIELDS = 40

/** Fields as a list of names and values: short ones in a line, the others as they are. */
export function fieldList(fields: Fields, frame: Frame): Html | undefined {
  const entries = Object.entries(fields)
  if (entries.length === 0) return undefined
  const shown = frame.whole ? entries : entries.slice(0, MOST_FIELDS)
  const rows = shown.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${fieldValue(value, frame)}</dd></div>`,
  )
  const more =
    shown.length < entries.length &&
    html`<a class="more" href="${frame.partHref}">Show all ${entries.length} fields</a>`
  return html`<dl class="fields">${rows}</dl>${more}`
}

function fieldValue(value: unknown, frame: Frame): Html {
  const text = typeof value === "string" ? value : prettyJson(value)
  const inline = text.length <= INLINE_CHARS && !text.includes("\n")
  if (inline) return html`<code>${text}</code>`
  return typeof value === "string" ? codeBox(text, frame, { limits: FOLD.output }) : jsonBox(value, frame)
}
