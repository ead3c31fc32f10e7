import { readStyled, type StyledText, styledHtml } from "./ansi.ts"
import { countLines, type Folded, type FoldLimits, foldText, moreLink } from "./fold-text.ts"
import type { Frame } from "./frame.ts"
import { highlight } from "./highlight.ts"
import { type Child, type Html, html, trusted } from "./html.ts"
import { linked } from "./linked.ts"
import { plainText } from "./plain-text.ts"

export interface OutputLook {
  /** It stands in a terminal already; elsewhere colours make it one, as they are meant for a dark ground. */
  inTerminal?: boolean
  /** Written for people: lines wrap, addresses can be followed. */
  prose?: boolean
}

/** Text as a program printed it, colours and all, folded. The element's text is the output, unless it is folded. */
export function outputBox(text: string, frame: Frame, limits: FoldLimits, look: OutputLook = {}): Html {
  const { styled, folded } = foldStyled(text, limits, frame)
  const shown = folded.text
  const kinds = [look.prose && " wrap", styled.runs.length > 0 && !look.inTerminal && " terminal"]
  const body = look.prose ? linked(shown) : styledHtml(styled, shown.length)
  // HTML drops a line break right behind the tag.
  const lead = body.text.startsWith("\n") && "\n"
  return html`<pre class="output${kinds}"${look.prose ? undefined : focusable(shown)}>${lead}${body}</pre>${moreLink(folded, frame)}`
}

/** Code in a language, folded. With `firstLine`, lines are numbered from there. */
export function codeBox(code: string, frame: Frame, options: CodeBoxOptions): Html {
  const folded = foldPlain(code.replace(/\n{1,100}$/, ""), options.limits, frame)
  const numbers = options.firstLine === undefined ? undefined : lineNumbers(folded.text, options.firstLine)
  return html`${codeFrame(highlight(folded.text, options.language), { numbers, text: folded.text })}${moreLink(folded, frame)}`
}

/** The element around code, with numbers in a column of their own, so that selecting code does not select them. */
export function codeFrame(
  code: Html,
  { numbers, text }: { numbers?: string | undefined; text: string },
): Html {
  const column = numbers && html`<span class="numbers" aria-hidden="true">${numbers}</span>`
  return html`<pre class="code${column && " numbered"}"${focusable(text)}>${column}<code>${code}</code></pre>`
}

/**
 * A box that may scroll sideways can be reached by keyboard (WCAG 2.1.1). Boxes of short lines never scroll, also on
 * a phone, and a page has thousands of them; tabs and wide letters are taken for long.
 */
export function focusable(text: string): Child {
  return /[^\n]{37}|[\t\u1100-\uffff]/.test(text) && trusted(' tabindex="0"')
}

/** Beyond this, only the beginning is cleaned: a page must not pay for the megabytes that it leaves out. */
const CLEANED_CHARS = 200_000

function foldStyled(text: string, limits: FoldLimits, frame: Frame): { styled: StyledText; folded: Folded } {
  const whole = frame.whole || text.length <= CLEANED_CHARS
  const styled = readStyled(whole ? text : text.slice(0, CLEANED_CHARS))
  const folded = foldText(styled.text.trimEnd(), limits, frame)
  return {
    styled,
    folded: whole ? folded : { ...folded, rest: { lines: countLines(text), chars: text.length } },
  }
}

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

function lineNumbers(code: string, first: number): string {
  const count = code.split("\n").length
  return Array.from({ length: count }, (_, index) => first + index).join("\n")
}
