/** What steers a terminal, or turns the order of what it shows. */
const STEERING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu

/** On one line, as it may be printed: titles are written by models, and answers by servers. */
export function onOneLine(text: string): string {
  return text.replace(STEERING, " ").trim()
}

/** One JSON value and a line end. Nothing in it steers the terminal that shows it. */
export function printedJson(value: unknown): string {
  const text = JSON.stringify(value, null, 2) ?? "null"
  return `${text.replace(STEERING, (run) => [...run].map(spelled).join(""))}\n`
}

/** Line ends stand only between values here: those in strings are spelled already. */
function spelled(char: string): string {
  return char === "\n" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`
}

/** `2030-12-31T10:00:00.000Z` → `2030-12-31 10:00 UTC` */
export function inMinutes(moment: string): string {
  return `${moment.slice(0, 16).replace("T", " ")} UTC`
}
