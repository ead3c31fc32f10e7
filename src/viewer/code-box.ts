import { type Folded, type FoldLimits, foldText, moreLink } from "./fold-text.ts"
import type { Frame } from "./frame.ts"
import { highlight } from "./highlight.ts"
import { type Html, html } from "./html.ts"
import { plainText } from "./plain-text.ts"

/** Text as a program printed it, folded. */
export function outputBox(text: string, frame: Frame, limits: FoldLimits): Html {
  const folded = foldPlain(text.trimEnd(), limits, frame)
  return html`<pre class="output" tabindex="0">${folded.text}</pre>${moreLink(folded, frame)}`
}

/** Code in a language, folded. With `firstLine`, lines are numbered from there. */
export function codeBox(code: string, frame: Frame, options: CodeBoxOptions): Html {
  const folded = foldPlain(code.replace(/\n{1,100}$/, ""), options.limits, frame)
  const numbers = options.firstLine === undefined ? undefined : lineNumbers(folded.text, options.firstLine)
  return html`<pre class="code${numbers && " numbered"}" tabindex="0">${numbers}<code>${highlight(folded.text, options.language)}</code></pre>${moreLink(folded, frame)}`
}

/** Beyond this, only what is shown is cleaned: a page must not pay for the megabytes that it leaves out. */
const CLEANED_CHARS = 200_000

function foldPlain(text: string, limits: FoldLimits, frame: Frame): Folded {
  if (frame.whole || text.length <= CLEANED_CHARS) return foldText(plainText(text), limits, frame)
  const folded = foldText(text, limits, frame)
  return { ...folded, text: plainText(folded.text) }
}

export interface CodeBoxOptions {
  language?: string | undefined
  limits: FoldLimits
  firstLine?: number | undefined
}

/** A column of its own, so that selecting code does not select numbers. */
function lineNumbers(code: string, first: number): Html {
  const count = code.split("\n").length
  const numbers = Array.from({ length: count }, (_, index) => first + index).join("\n")
  return html`<span class="numbers" aria-hidden="true">${numbers}</span>`
}
