import type { ListPlace } from "../shares/ports.ts"

/** A list's next page begins behind this: `<createdAt>_<id>`. An id may hold more of the `_`. */
export function readPlace(text: string | undefined): ListPlace | undefined {
  if (text === undefined) return undefined
  const at = text.indexOf("_")
  return { createdAt: Number(text.slice(0, at)), id: text.slice(at + 1) }
}

/** Undefined when nothing can be behind: fewer were found than were asked for. */
export function nextPlace(found: readonly ListPlace[], limit: number): string | undefined {
  const last = found.length === limit ? found.at(-1) : undefined
  return last && `${last.createdAt}_${last.id}`
}
