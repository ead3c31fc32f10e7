import { type Document, type Message, startedSessions, visible } from "../protocol/document.ts"
import { ShareError } from "../protocol/errors.ts"
import { OPENCODE_ID } from "../protocol/ids.ts"

/** A stretch of the root session's messages, both ends included. Each end is a message's id, or its number from 1. */
export interface Range {
  from?: string
  to?: string
}

export interface Slice {
  /** What undo hides is gone from it, and so is the mark of the undo. */
  document: Document
  /** Numbers from 1 of the first and the last message in it, among all that are shown. */
  first: number
  last: number
  of: number
}

/** The range that a query asks for; undefined when it asks for none. Throws `invalid_request`. */
export function readRange(query: { from?: string | undefined; to?: string | undefined }): Range | undefined {
  const { from, to } = query
  for (const [name, value] of Object.entries({ from, to })) {
    if (value !== undefined && !OPENCODE_ID.test(value)) {
      throw invalid(`${name}: must be a message's id, such as msg_…, or its number.`)
    }
  }
  if (from === undefined && to === undefined) return undefined
  return { ...(from !== undefined && { from }), ...(to !== undefined && { to }) }
}

/** The document with only those messages of its root, and the subagents that they started. Throws `invalid_request`. */
export function sliceDocument(document: Document, { from, to }: Range): Slice {
  const shown = visible(document)
  const of = shown.messages.length
  const first = from === undefined ? 1 : numberOf(from, shown.messages, "from")
  const last = to === undefined ? of : numberOf(to, shown.messages, "to")
  if (from !== undefined && to !== undefined && first > last) {
    throw invalid(`The range is empty: from is message ${first}, which stands behind to, message ${last}.`)
  }
  const messages = shown.messages.slice(first - 1, last)
  return {
    document: withoutRevert({ ...shown, partial: true, messages, children: startedBy(messages, shown) }),
    first,
    last,
    of,
  }
}

function numberOf(end: string, messages: readonly Message[], name: string): number {
  // An id may consist of digits too, and says which message is meant, whatever stands before it.
  const at = messages.findIndex(({ info }) => info.id === end)
  if (at >= 0) return at + 1
  const number = /^\d{1,9}$/.test(end) ? Number(end) : undefined
  if (number === undefined) {
    throw invalid(
      `${name}: this session shows no message ${end}. It may have been undone, or be a subagent's.`,
    )
  }
  if (number >= 1 && number <= messages.length) return number
  throw invalid(`${name}: there is no message ${number}; this session shows ${messages.length}.`)
}

/** Subagents that a message outside has started are left out. Of those that none names it cannot be told. */
function startedBy(messages: readonly Message[], { messages: all, children }: Document): Document[] {
  const elsewhere = new Set(all.flatMap(startedSessions))
  for (const sessionID of messages.flatMap(startedSessions)) elsewhere.delete(sessionID)
  return children.filter(({ sessionID }) => !elsewhere.has(sessionID))
}

/** An undo has taken effect already; taken again, it could cut where the message that it names is not. */
function withoutRevert(document: Document): Document {
  if (!document.session?.revert) return document
  const { revert: _, ...session } = document.session
  return { ...document, session }
}

function invalid(message: string): ShareError {
  return new ShareError("invalid_request", message)
}
