import type { Document } from "../protocol/document.ts"

/** All subagents' sessions below one, each behind the one that called it. */
export function* descendantsOf(document: Document): Iterable<Document> {
  for (const child of document.children) {
    yield child
    yield* descendantsOf(child)
  }
}

/** From the root to the session with this id, both included; undefined when it is not there. */
export function trailTo(document: Document, sessionID: string): Document[] | undefined {
  if (document.sessionID === sessionID) return [document]
  for (const child of document.children) {
    const rest = trailTo(child, sessionID)
    if (rest) return [document, ...rest]
  }
  return undefined
}
