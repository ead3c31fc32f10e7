import { showBidi } from "../html.ts"
import { plainText } from "../plain-text.ts"
import { asText, num } from "../read.ts"

/** Text that does to no terminal and no editor what it should not: no control sequences, no hidden turns of direction. */
export function clean(value: unknown): string {
  return showBidi(plainText(asText(value)))
}

/** The same in one line of at most `most` characters. */
export function oneLine(value: unknown, most = 200): string {
  // Cut before it is cleaned as well: what becomes one line may be megabytes.
  const line = clean(asText(value).slice(0, most * 4))
    .replace(/\s+/g, " ")
    .trim()
  return line.length > most ? `${cutText(line, most - 1)}…` : line
}

/** The beginning of a text, and never half a character of it. */
export function cutText(text: string, most: number): string {
  const half = text.charCodeAt(most - 1)
  return text.slice(0, half >= 0xd800 && half < 0xdc00 ? most - 1 : most)
}

/** Milliseconds since the epoch → `2026-11-21 02:27:37`, in UTC. */
export function clock(at: unknown): string | undefined {
  const ms = num(at)
  // The range of ECMAScript dates; beyond it toISOString throws.
  if (ms === undefined || Math.abs(ms) > 8.64e15) return undefined
  return new Date(ms).toISOString().slice(0, -5).replace("T", " ")
}
