/** What steers a terminal, or turns the order of what it shows. */
const STEERING = /[\p{Cc}\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]+/gu

/** A line that shows what it holds, and steers nothing. */
export function steady(line: string): string {
  return line.replace(STEERING, " ")
}

/** On one line, as it may be printed: titles are written by models, and answers by servers. */
export function onOneLine(text: string): string {
  return steady(text).trim()
}

/** The same, and no longer than anybody reads in a list. */
export function shortened(text: string): string {
  const line = onOneLine(text)
  return line.length > LONGEST ? `${line.slice(0, LONGEST)}…` : line
}

const LONGEST = 200

/** One JSON value and a line end. Nothing in it steers the terminal that shows it. */
export function printedJson(value: unknown): string {
  return `${escaped(JSON.stringify(value, null, 2) ?? "null")}\n`
}

/** The same on one line. */
export function printedLine(value: unknown): string {
  return `${escaped(JSON.stringify(value))}\n`
}

function escaped(json: string): string {
  return json.replace(STEERING, (run) => [...run].map(spelled).join(""))
}

/** Line ends stand only between values here: those in strings are spelled already. */
function spelled(char: string): string {
  return char === "\n" ? char : `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`
}

/** `2030-12-31T10:00:00.000Z` → `2030-12-31 10:00 UTC` */
export function inMinutes(moment: string): string {
  return `${moment.slice(0, 16).replace("T", " ")} UTC`
}
