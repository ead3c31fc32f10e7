import type { Item } from "./item.ts"
import type { FileDiff, MessageData, ModelData, PartData, SessionData } from "./opencode.ts"

export interface Message {
  info: MessageData
  /** In the order of their ids, which is the order of their making. */
  parts: PartData[]
}

/** A session as its items tell it: `fold(items)`. The root session holds its subagents' sessions as children. */
export interface Document {
  sessionID: string
  /** Absent until the first `session` item. */
  session?: SessionData
  messages: Message[]
  diffs: FileDiff[]
  models: ModelData[]
  children: Document[]
  /** Some of the messages are left out, so the last one here need not be the session's. */
  partial?: true
  /** Items of types that we do not know. */
  others: Item[]
  /** Ids of messages and parts that an undo probably removed; readers hide them, `/data` keeps them. */
  hidden: ReadonlySet<string>
}

/** Order of messages: by creation, then id, as OpenCode lists them. Messages without a time stand last. */
export function compareMessages(a: Message, b: Message): number {
  const [left, right] = [createdAt(a), createdAt(b)]
  if (left !== right) return left < right ? -1 : 1
  return a.info.id < b.info.id ? -1 : a.info.id > b.info.id ? 1 : 0
}

function createdAt({ info }: Message): number {
  const created = (info.time as { created?: unknown } | null | undefined)?.created
  return typeof created === "number" ? created : Number.POSITIVE_INFINITY
}

/** The document without what an undo hides: what pages and text forms show. */
export function visible(document: Document): Document {
  const { hidden } = document
  const revert = document.session?.revert
  const messages = revert ? beforeRevert(document.messages, revert) : document.messages
  const shown = hidden.size === 0 ? messages : messages.filter((m) => !hidden.has(m.info.id)).map(shownParts)
  const undone = undoneChildren(document.messages, shown)
  const children = document.children.filter(({ sessionID }) => !undone.has(sessionID)).map(visible)
  return { ...document, messages: shown, children }

  function shownParts(message: Message): Message {
    if (!message.parts.some((part) => hidden.has(part.id))) return message
    return { ...message, parts: message.parts.filter((part) => !hidden.has(part.id)) }
  }
}

/** Subagents whose task call is hidden are hidden with it. */
function undoneChildren(all: readonly Message[], shown: readonly Message[]): ReadonlySet<string> {
  if (all.length === shown.length && all.every((message, at) => message === shown[at])) return new Set()
  const undone = new Set(all.flatMap(startedSessions))
  for (const sessionID of shown.flatMap(startedSessions)) undone.delete(sessionID)
  return undone
}

/** The sessions of subagents that a message's task calls have started. */
export function startedSessions({ parts }: Message): string[] {
  return parts.flatMap((part) => startedSession(part) ?? [])
}

/** The subagent's session that a call has started. */
export function startedSession(part: PartData): string | undefined {
  const state = part.state as { metadata?: { sessionId?: unknown } | null } | null | undefined
  const started = part.type === "tool" ? state?.metadata?.sessionId : undefined
  return typeof started === "string" ? started : undefined
}

function beforeRevert(messages: Message[], revert: { messageID?: unknown; partID?: unknown }): Message[] {
  const { messageID, partID } = revert
  if (typeof messageID !== "string") return messages
  const named = messages.findIndex((message) => message.info.id === messageID)
  // Ids grow with time, so a revert to a message that never arrived still says where to cut.
  const cut = named >= 0 ? named : messages.findIndex((message) => message.info.id >= messageID)
  if (cut < 0) return messages
  const kept = messages.slice(0, cut)
  const at = messages[cut]
  if (named < 0 || at === undefined || typeof partID !== "string") return kept
  const parts = at.parts.filter((part) => part.id < partID)
  return parts.length > 0 ? [...kept, { ...at, parts }] : kept
}
