import type { Document } from "../../protocol/document.ts"
import type { Told } from "./told.ts"

/**
 * ShareData (protocol/share-data.ts) of the root and, within it, of every subagent: `children`, each with children of
 * its own. It keeps what an undo hides, as `/data` does, and says what that is: `hidden`. A slice holds what is shown.
 */
export function* writeJson({ share, document: whole, slice }: Told): Generator<string> {
  const document = slice?.document ?? whole
  const { id: shareId, ...rest } = share
  yield* writeSession(document, {
    shareId,
    sessionId: document.sessionID,
    ...rest,
    ...(slice && { range: { first: slice.first, last: slice.last, of: slice.of } }),
    hidden: [...document.hidden],
  })
}

function* writeSession(document: Document, head: object): Generator<string> {
  const { session, messages, diffs, models, others, children } = document
  yield `${JSON.stringify({ ...head, session }).slice(0, -1)},"messages":[`
  for (const [at, { info, parts }] of messages.entries()) {
    yield `${at > 0 ? "," : ""}{"info":${JSON.stringify(info)},"parts":`
    yield* writeList(parts)
    yield "}"
  }
  yield `],"diffs":`
  yield* writeList(diffs)
  yield `,"models":${JSON.stringify(models)},"others":`
  yield* writeList(others)
  yield `,"children":[`
  for (const [at, child] of children.entries()) {
    if (at > 0) yield ","
    yield* writeSession(child, { sessionId: child.sessionID })
  }
  yield "]}"
}

function* writeList(values: readonly unknown[]): Generator<string> {
  for (const [at, value] of values.entries()) yield `${at === 0 ? "[" : ","}${JSON.stringify(value)}`
  yield values.length === 0 ? "[]" : "]"
}
