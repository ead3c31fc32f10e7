import { plainText } from "../plain-text.ts"
import { type Excerpt, excerptAt } from "./excerpt.ts"
import { foldCase, type Query } from "./query.ts"

/** Looked at in one go: no copy of a text that is larger is ever made. Characters. */
export const WINDOW = 64 * 1024

/** Windows share so much with their neighbours: what lies across an edge, and what stands around it. */
const OVERLAP = 512

export type Pause = "pause"

/**
 * Where each of the terms first occurs in a text, undefined where it does not. Ends when all have been found, and
 * pauses between windows.
 */
export function* scanText(text: string, query: Query): Generator<Pause, (Excerpt | undefined)[]> {
  const found: (Excerpt | undefined)[] = query.terms.map(() => undefined)
  for (let at = 0; at < text.length; at += WINDOW) {
    if (at > 0) yield "pause"
    scanWindow(text.slice(Math.max(0, at - OVERLAP), at + WINDOW + OVERLAP), query, found)
    if (!found.includes(undefined)) break
  }
  return found
}

function scanWindow(raw: string, { terms, exact, phrases }: Query, found: (Excerpt | undefined)[]): void {
  const plain = plainText(raw)
  const text = phrases ? plain.replace(/\s+/g, " ") : plain
  const sought = exact ? text : foldCase(text)
  for (const [index, term] of terms.entries()) {
    if (found[index]) continue
    const at = sought.indexOf(term)
    if (at >= 0) found[index] = excerptAt(text, at, term.length)
  }
}
