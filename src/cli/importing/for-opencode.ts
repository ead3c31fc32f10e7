import type { MessageData, PartData, SessionData } from "../../protocol/opencode.ts"
import { ORIGIN_KEY, type Origin } from "../../protocol/origin.ts"
import type { ExportedSession } from "../opencode/exported-session.ts"
import type { Renaming } from "./fresh-ids.ts"
import { createRewriter } from "./rewrite.ts"

/** What `opencode import` takes: one session. */
export interface ImportFile {
  info: SessionData & { slug: string }
  messages: { info: MessageData; parts: PartData[] }[]
}

/**
 * What of a session's own facts is taken. Not what it was permitted: whoever shared it would permit it on this machine.
 * Nor its share, which is somebody else's.
 */
const TAKEN = ["title", "version", "agent", "model", "cost", "tokens", "summary"] as const

/**
 * They name states of files in the other machine's store. An undo goes back to such a state, and deletes what it does not
 * find there: here it would find nothing, and delete the user's own.
 */
const STATES_OF_FILES: ReadonlySet<string> = new Set(["patch", "snapshot"])

export interface ImportWish {
  ids: Renaming
  /** Where the session will live. */
  folder: string
  origin: Origin
}

/** A session and all of its subagents', parents before children. */
export function filesFor(root: ExportedSession, { ids, folder, origin }: ImportWish): ImportFile[] {
  const from = root.info.directory
  const rewrite = createRewriter({
    ids,
    folder: from && from.length > 1 && from !== folder ? { from, to: folder } : undefined,
  })
  const nameOf = (id: string) => ids.get(id) ?? id

  function fileOf(session: ExportedSession, parentID: string | undefined): ImportFile {
    const { info } = session
    const { id } = info
    const messages = notUndone(session)
    const taken = Object.fromEntries(
      TAKEN.flatMap((name) => (info[name] == null ? [] : [[name, info[name]]])),
    )
    return {
      info: {
        ...rewrite(taken),
        id: nameOf(id),
        slug: slugOf(info),
        version: typeof info.version === "string" ? info.version : "unknown",
        title: typeof info.title === "string" ? info.title : "Imported session",
        projectID: typeof info.projectID === "string" ? info.projectID : "global",
        directory: folder,
        // Now: OpenCode lists first what changed last.
        time: timeOf(info, messages, origin.importedAt),
        ...(parentID === undefined ? { metadata: { [ORIGIN_KEY]: origin } } : { parentID }),
      },
      messages: messages
        // What was lost on the way has no place in a conversation.
        .filter(({ info: message }) => message.role === "user" || message.role === "assistant")
        .map(({ info: message, parts }) => ({
          info: rewrite(message),
          parts: parts.flatMap(partOf).map(rewrite),
        })),
    }
  }

  function all(session: ExportedSession, parentID: string | undefined): ImportFile[] {
    const file = fileOf(session, parentID)
    return [file, ...session.children.flatMap((child) => all(child, file.info.id))]
  }

  return all(root, undefined)
}

/** What an undo has hidden does not come along, as its redo would need those states. */
function notUndone({ info, messages }: ExportedSession): ExportedSession["messages"] {
  const { messageID, partID } = info.revert ?? {}
  if (messageID === undefined) return messages
  return messages.flatMap(({ info: message, parts }) => {
    if (message.id < messageID) return [{ info: message, parts }]
    if (message.id > messageID || partID === undefined) return []
    return [{ info: message, parts: parts.filter(({ id }) => id < partID) }]
  })
}

function partOf(part: PartData): PartData[] {
  if (STATES_OF_FILES.has(part.type)) return []
  const { snapshot: _, ...rest } = part
  return [rest as PartData]
}

/** OpenCode requires one. */
function slugOf({ slug, id }: SessionData): string {
  return typeof slug === "string" && /^[a-z0-9-]{1,64}$/.test(slug)
    ? slug
    : `imported-${id.slice(-6).toLowerCase()}`
}

function timeOf(
  { time }: SessionData,
  messages: ExportedSession["messages"],
  importedAt: string,
): { created: number; updated: number } {
  const updated = Date.parse(importedAt)
  return { created: time?.created ?? messages[0]?.info.time?.created ?? updated, updated }
}
