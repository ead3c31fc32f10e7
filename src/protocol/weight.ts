/** What an engine takes for a value beside its text: an empty array is three characters. Bytes. */
const VALUE_BYTES = 48

/** About what a JSON value takes in memory. Bytes. Contract: it nests no deeper than is allowed. */
export function weigh(value: unknown): number {
  if (typeof value === "string") return VALUE_BYTES + value.length
  if (typeof value !== "object" || value === null) return VALUE_BYTES
  let bytes = VALUE_BYTES
  for (const key in value) bytes += key.length + weigh((value as Record<string, unknown>)[key])
  return bytes
}

/** Whether a JSON value has more than so many levels: what walks it later, walks it by recursion. */
export function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false
  if (levels === 0) return true
  for (const inner of Object.values(value)) if (nestsDeeper(inner, levels - 1)) return true
  return false
}

/** Whether a JSON text has more values than `most`: parsing them takes long, and many times its size. */
export function hasMoreValues(json: string, most: number): boolean {
  // Each but the first has at least a comma or a bracket before it.
  if (json.length <= most) return false
  let values = 0
  let inString = false
  for (let at = 0; at < json.length; at++) {
    const char = json.charCodeAt(at)
    if (inString) {
      if (char === BACKSLASH) at++
      else if (char === QUOTE) inString = false
    } else if (char === QUOTE) inString = true
    else if (char === COMMA || char === BRACKET || char === BRACE) {
      if (++values > most) return true
    }
  }
  return false
}

const QUOTE = 0x22
const COMMA = 0x2c
const BACKSLASH = 0x5c
const BRACKET = 0x5b
const BRACE = 0x7b
