import { plainText } from "../plain-text.ts"
import { type Excerpt, excerptAt, inLine } from "./excerpt.ts"
import { foldCase, type Query } from "./query.ts"

/** Looked at in one go: no copy of a text that is larger is ever made. Characters. */
export const WINDOW = 64 * 1024

/** Windows share so much with their neighbours: what lies across an edge, and what stands around it. */
const OVERLAP = 512

export type Pause = "pause"

export interface Spot {
  /** From the beginning of the text, more or less. Characters. */
  offset: number
  excerpt: Excerpt
}

/**
 * Where each of the terms first occurs in a text, undefined where it does not. Ends when all have been found, and
 * pauses between windows.
 */
export function* scanText(text: string, query: Query): Generator<Pause, (Spot | undefined)[]> {
  const found: (Spot | undefined)[] = query.terms.map(() => undefined)
  for (let at = 0; at < text.length; at += WINDOW) {
    if (at > 0) yield "pause"
    const start = Math.max(0, at - OVERLAP)
    scanWindow({ raw: text.slice(start, at + WINDOW + OVERLAP), start }, query, found)
    if (!found.includes(undefined)) break
  }
  return found
}

function scanWindow(
  { raw, start }: { raw: string; start: number },
  { terms, exact, phrases }: Query,
  found: (Spot | undefined)[],
): void {
  const plain = plainText(raw)
  const text = phrases ? inLine(plain) : plain
  const sought = exact ? text : foldCase(text)
  for (const [index, term] of terms.entries()) {
    if (found[index]) continue
    const at = sought.indexOf(term)
    if (at >= 0) found[index] = { offset: start + at, excerpt: excerptAt(text, at, term.length) }
  }
}
