import type { PartData } from "../protocol/opencode.ts"
import { asText, num, record } from "./read.ts"

const TYPED = new Set(["text", "reasoning"])

/**
 * How much of a part's text has been committed while the rest of it is still being written, and may be seen as it
 * passes by; UTF-16 code units. Undefined for a part that is done. OpenCode sends such a part first without text and
 * last with the time of its end.
 */
export function typedLength(part: PartData): number | undefined {
  if (!TYPED.has(part.type)) return undefined
  const text = asText(part.text)
  const { start, end } = record(part.time)
  const begun = num(start) !== undefined || text === ""
  return begun && num(end) === undefined ? text.length : undefined
}
