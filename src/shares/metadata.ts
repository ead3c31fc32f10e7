import type { Item } from "../protocol/item.ts"
import type { SessionData } from "../protocol/opencode.ts"
import type { ShareMetadata } from "./ports.ts"

/** Titles and folders longer than this are cut: they stand in rows and lists. Characters. */
const LONGEST = 500

/** What one item says of its share as a whole. */
export function describe({ type, data, sessionID }: Item, rootSessionID: string): Partial<ShareMetadata> {
  if (type === "session") {
    const { id, title, directory } = data as SessionData
    return id === rootSessionID ? { title: rowText(title), directory: rowText(directory) } : {}
  }
  if ((sessionID ?? rootSessionID) !== rootSessionID) return {}
  if (type === "session_diff") return { diffs: (data as unknown[]).length }
  if (type === "model") return { models: (data as unknown[]).length }
  return {}
}

/** What a complete list of items says of its share. */
export function describeItems(items: Iterable<Item>, rootSessionID: string): ShareMetadata {
  let metadata = NOTHING
  for (const item of items) {
    metadata = { ...metadata, ...describe(item, rootSessionID) }
    const own = (item.data as { sessionID?: unknown } | null)?.sessionID === rootSessionID
    if (own && item.type === "message") metadata = { ...metadata, messages: metadata.messages + 1 }
    if (own && item.type === "part") metadata = { ...metadata, parts: metadata.parts + 1 }
  }
  return metadata
}

/** Of a share without content. */
export const NOTHING: ShareMetadata = {
  title: undefined,
  directory: undefined,
  messages: 0,
  parts: 0,
  diffs: 0,
  models: 0,
}

/** As it can stand in a row: PostgreSQL takes no NUL. */
export function rowText(text: unknown): string | undefined {
  return typeof text === "string" ? text.replaceAll("\0", "").slice(0, LONGEST) : undefined
}
