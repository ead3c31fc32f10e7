import { compareMessages, type Document, type Message } from "./document.ts"
import type { Item, ItemKey } from "./item.ts"
import { createLedger } from "./ledger.ts"
import type { FileDiff, MessageData, ModelData, PartData, SessionData } from "./opencode.ts"

/** What a share's items say so far. Feed it commits in manifest order; it can be read after each. */
export interface Fold {
  readonly rootSessionID: string
  /** Takes items in commit order. Returns the keys that they touched. */
  apply(items: Iterable<Item>): Set<ItemKey>
  /** The last version of every item that is not removed, in the order of first appearance. */
  items(): IterableIterator<Item>
  /** A view of the present state; its objects are the items' own data and must not be changed. */
  document(): Document
}

export function createFold(rootSessionID: string): Fold {
  const ledger = createLedger<Item>(rootSessionID)

  /** The last one, until the state is another. */
  let assembled: Document | undefined

  function document(): Document {
    const hidden = [...ledger.hidden.values()].map(({ data }) => (data as PartData).id)
    assembled ??= assemble(rootSessionID, ledger.current.values(), new Set(hidden))
    return assembled
  }

  return {
    rootSessionID,
    apply(items) {
      assembled = undefined
      const touched = new Set<ItemKey>()
      for (const item of items) touched.add(ledger.take(item, () => item))
      return touched
    },
    items: () => ledger.current.values(),
    document,
  }
}

/** The document that a complete list of items says, for clients that read `/data` themselves. */
export function fold(items: Iterable<Item>, rootSessionID: string): Document {
  const state = createFold(rootSessionID)
  state.apply(items)
  return state.document()
}

function assemble(rootID: string, items: Iterable<Item>, hidden: ReadonlySet<string>): Document {
  const sessions = new Map<string, Document>()
  const messages = new Map<string, Message>()
  const parts: PartData[] = []
  const sessionOf = (id: string): Document => {
    const known = sessions.get(id)
    if (known) return known
    const made: Document = {
      sessionID: id,
      messages: [],
      diffs: [],
      models: [],
      children: [],
      others: [],
      hidden,
    }
    sessions.set(id, made)
    return made
  }
  const root = sessionOf(rootID)

  for (const item of items) {
    const owner = item.sessionID ?? rootID
    switch (item.type) {
      case "session": {
        const data = item.data as SessionData
        sessionOf(data.id).session = data
        break
      }
      case "message": {
        const info = item.data as MessageData
        messages.set(info.id, { info, parts: [] })
        break
      }
      case "part":
        parts.push(item.data as PartData)
        break
      case "session_diff":
        sessionOf(owner).diffs = item.data as FileDiff[]
        break
      case "model":
        sessionOf(owner).models = item.data as ModelData[]
        break
      default:
        sessionOf(owner).others.push(item)
    }
  }

  for (const part of parts) messageOf(messages, part).parts.push(part)
  for (const message of messages.values()) {
    message.parts.sort((a, b) => compareIds(a.id, b.id))
    sessionOf(message.info.sessionID).messages.push(message)
  }
  for (const session of sessions.values()) session.messages.sort(compareMessages)
  attachChildren(root, sessions)
  return root
}

/** A part whose message was lost on the way is shown all the same, under a message that says only what is known. */
function messageOf(messages: Map<string, Message>, part: PartData): Message {
  const known = messages.get(part.messageID)
  if (known) return known
  const message: Message = {
    info: { id: part.messageID, sessionID: part.sessionID, role: "unknown" },
    parts: [],
  }
  messages.set(part.messageID, message)
  return message
}

/** Subagents of subagents of … readers walk that tree, and whoever sent it may be hostile. */
const DEEPEST = 16

/** Hangs each session off its parent. What names no parent, a parent too deep, or itself in a circle, off the root. */
function attachChildren(root: Document, sessions: Map<string, Document>): void {
  const declared = new Map<Document, Document[]>()
  const homeless = new Set<Document>()
  for (const session of sessions.values()) {
    if (session === root) continue
    const parent = sessions.get(session.session?.parentID ?? root.sessionID) ?? root
    const siblings = declared.get(parent)
    if (siblings) siblings.push(session)
    else declared.set(parent, [session])
    homeless.add(session)
  }
  let level = [root]
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    for (const parent of level) {
      parent.children = declared.get(parent) ?? []
      for (const child of parent.children) homeless.delete(child)
    }
    level = level.flatMap(({ children }) => children)
  }
  for (const session of homeless) root.children.push(session)
}

function compareIds(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}
