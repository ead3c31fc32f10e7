import { type FoldLimits, foldText, moreLink } from "./fold-text.ts"
import type { Frame } from "./frame.ts"
import { highlight } from "./highlight.ts"
import { type Html, html } from "./html.ts"
import { plainText } from "./plain-text.ts"

/** Text as a program printed it, folded. */
export function outputBox(text: string, frame: Frame, limits: FoldLimits): Html {
  const folded = foldText(plainText(text).trimEnd(), limits, frame)
  return html`<pre class="output" tabindex="0">${folded.text}</pre>${moreLink(folded, frame)}`
}

/** Code in a language, folded. With `firstLine`, lines are numbered from there. */
export function codeBox(code: string, frame: Frame, options: CodeBoxOptions): Html {
  const folded = foldText(plainText(code).replace(/\n+$/, ""), options.limits, frame)
  const numbers = options.firstLine === undefined ? undefined : lineNumbers(folded.text, options.firstLine)
  return html`<pre class="code${numbers && " numbered"}" tabindex="0">${numbers}<code>${highlight(folded.text, options.language)}</code></pre>${moreLink(folded, frame)}`
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
