/**
 * Readers for data that nobody has checked. Each answers the shape it is named for or an empty one, so that a
 * renderer needs no second thought about a number that stands where a text was promised.
 */

export type Fields = Readonly<Record<string, unknown>>

const NONE: Fields = Object.freeze({})

/** A text, or undefined. Numbers are taken for their digits, as a title or an id may well be one. */
export function str(value: unknown): string | undefined {
  if (typeof value === "string") return value
  return typeof value === "number" ? String(value) : undefined
}

/** A text that says something. */
export function filled(value: unknown): string | undefined {
  const text = str(value)
  return text?.trim() ? text : undefined
}

export function num(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined
}

export function record(value: unknown): Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : NONE
}

export function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : []
}

/** Whatever it is, as text: a string itself, nothing for nothing, JSON for the rest. */
export function asText(value: unknown): string {
  if (typeof value === "string") return value
  if (value === undefined || value === null) return ""
  return JSON.stringify(value, null, 2) ?? ""
}
