import type { Item } from "../../protocol/item.ts"
import { formatBytes, LIMITS } from "../../protocol/limits.ts"

/** Room for what a cut leaves standing: the rest of the item, and the escapes of its strings. */
const LONGEST_TEXT = LIMITS.itemBytes / 8

/** The item as JSON; one that is larger than the server takes loses the ends of its longest texts, and says so. */
export function toLine(item: Item): string {
  const line = JSON.stringify(item)
  // A character is at most three bytes here: the common case needs no counting.
  if (line.length * 3 <= LIMITS.itemBytes || Buffer.byteLength(line) <= LIMITS.itemBytes) return line
  const cut = JSON.stringify(item, (_key, value: unknown) =>
    typeof value === "string" && value.length > LONGEST_TEXT ? shorten(value) : value,
  )
  if (Buffer.byteLength(cut) <= LIMITS.itemBytes) return cut
  return JSON.stringify({ ...item, data: withoutContent(item.data) })
}

function shorten(text: string): string {
  const note = `[cut by Better Share: ${formatBytes(text.length)}]`
  // The beginning of a data URL is no picture.
  if (/^data:[^,]{0,200};base64,/.test(text)) return `data:text/plain,${encodeURIComponent(note)}`
  return `${text.slice(0, LONGEST_TEXT)}\n${note}`
}

/** Of an item with too many long texts only what gives it its place. */
function withoutContent(data: unknown): unknown {
  if (Array.isArray(data)) return []
  const { id, sessionID, messageID, type, role, time } = data as Record<string, unknown>
  const text = type === "text" ? { text: "[cut by Better Share: too large]" } : {}
  return { id, sessionID, messageID, type, role, time, ...text }
}
