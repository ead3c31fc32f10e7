import { formatBytes } from "../protocol/limits.ts"
import { formatCount } from "./format.ts"
import type { Frame } from "./frame.ts"
import { type Html, html } from "./html.ts"

/** When a text is too long for the page, and how much of it stays. */
export interface FoldLimits {
  lines: number
  chars: number
  /** Lines that stay when it is folded. */
  shown: number
}

export const FOLD = {
  output: { lines: 14, chars: 2000, shown: 10 },
  /** Code that someone wrote: what a reader came for. */
  code: { lines: 32, chars: 6000, shown: 24 },
  diff: { lines: 64, chars: 12_000, shown: 48 },
  prompt: { lines: 48, chars: 6000, shown: 32 },
  reasoning: { lines: 160, chars: 16_000, shown: 120 },
  prose: { lines: 1200, chars: 60_000, shown: 900 },
} as const satisfies Record<string, FoldLimits>

export interface Folded {
  text: string
  /** Set when something is missing. */
  rest?: { lines: number; chars: number }
}

/** The beginning of a text, cut at a line, or all of it. */
export function foldText(text: string, limits: FoldLimits, frame: Frame): Folded {
  if (frame.whole) return { text }
  const lines = countLines(text)
  if (lines <= limits.lines && text.length <= limits.chars) return { text }
  const shown = headLines(text, lines > limits.lines ? limits.shown : lines)
  return { text: cutChars(shown, limits.chars), rest: { lines, chars: text.length } }
}

/** The link to the rest: a page of its own without scripts, unfolded in place with them. */
export function moreLink(folded: Folded, frame: Frame): Html | undefined {
  const { rest } = folded
  if (!rest) return undefined
  const amount = rest.lines > 1 ? `${formatCount(rest.lines)} lines` : formatBytes(rest.chars)
  return html`<a class="more" href="${frame.partHref}">Show all ${amount}</a>`
}

/** Lines of a text, the last one counted only if something stands on it. */
export function countLines(text: string): number {
  let lines = 0
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) lines++
  return text.endsWith("\n") ? lines : lines + 1
}

function headLines(text: string, count: number): string {
  let end = -1
  for (let line = 0; line < count; line++) {
    const next = text.indexOf("\n", end + 1)
    if (next < 0) return text
    end = next
  }
  return text.slice(0, end)
}

function cutChars(text: string, chars: number): string {
  if (text.length <= chars) return text
  const line = text.lastIndexOf("\n", chars)
  const cut = line > chars / 2 ? line : chars
  // Half a surrogate pair would show as a broken character.
  const half = text.charCodeAt(cut - 1)
  return text.slice(0, half >= 0xd800 && half < 0xdc00 ? cut - 1 : cut)
}
