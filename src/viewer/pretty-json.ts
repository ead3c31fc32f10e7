/** What fits a line stays in one. */
const LINE_CHARS = 72
/** Indentation grows with the square of the depth; what lies deeper is written in one line. */
const DEEPEST = 16

/** JSON for reading: indented by two, short lists and objects in a line. Valid JSON of the same value. */
export function prettyJson(value: unknown): string {
  return write(value, 0)
}

function write(value: unknown, depth: number): string {
  const flat = oneLine(value)
  if (typeof value !== "object" || value === null || depth >= DEEPEST) return flat ?? BOTTOMLESS
  if (flat !== undefined && flat.length <= LINE_CHARS - depth * 2) return spaced(value)
  const indent = "  ".repeat(depth + 1)
  const [open, close] = Array.isArray(value) ? "[]" : "{}"
  const rows = Array.isArray(value)
    ? value.map((one) => indent + write(one, depth + 1))
    : Object.entries(value).map(([name, one]) => `${indent}${JSON.stringify(name)}: ${write(one, depth + 1)}`)
  return `${open}\n${rows.join(",\n")}\n${"  ".repeat(depth)}${close}`
}

/** A short value with a space behind each comma and colon, as people write it. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(", ")}]`
  if (typeof value !== "object" || value === null) return oneLine(value) ?? BOTTOMLESS
  const fields = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}: ${spaced(one)}`)
  return fields.length > 0 ? `{ ${fields.join(", ")} }` : "{}"
}

/** What is nested so deep that writing it runs out of stack: nobody meant it to be read. */
const BOTTOMLESS = '"…"'

function oneLine(value: unknown): string | undefined {
  try {
    return JSON.stringify(value) ?? "null"
  } catch {
    return undefined
  }
}
