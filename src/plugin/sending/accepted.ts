import { createHash } from "node:crypto"
import { appendFile, chmod } from "node:fs/promises"
import { join } from "node:path"
import { type Item, type ItemKey, itemKey } from "../../protocol/item.ts"
import type { MessageData, PartData, SessionData } from "../../protocol/opencode.ts"
import { makeFolder, readIfThere, writeWhole } from "../files.ts"

/**
 * What of a share has been accepted so far: a hash for each item's last version, so that nothing goes up twice, and
 * what the share says of itself. A log of lines, as rewriting it with each batch would cost more than the batch.
 */
export interface Accepted {
  has(item: Item, line: string): boolean
  /** Keys of the messages and parts of one session that are there. */
  keysOf(sessionID: string): ItemKey[]
  record(items: readonly { item: Item; line: string }[]): Promise<void>
  /** What the share says of itself. */
  claim(): ShareClaim
}

export interface ShareClaim {
  title?: string
  directory?: string
  messageCount: number
  partCount: number
  diffCount: number
  modelCount: number
}

interface Mark {
  hash: string
  sessionID: string
  /** Of the root session: what it is called. Of a list: how long it is. */
  said?: { title?: string | undefined; directory?: string | undefined; count?: number }
}

const LOG = "accepted.ndjson"
/** Lines of the log for each key, above which it is written anew when it is opened. */
const WASTE = 4

export async function openAccepted(folder: string, rootSessionID: string): Promise<Accepted> {
  const marks = new Map<ItemKey, Mark>()
  /** Messages and parts that are there, by session, and parts by message: a long session is asked about often. */
  const content = new Map<string, { messages: Set<ItemKey>; parts: Set<ItemKey> }>()
  const partsOf = new Map<string, Set<ItemKey>>()
  const path = join(folder, LOG)
  await load()

  async function load(): Promise<void> {
    const lines = ((await readIfThere(path)) ?? "").split("\n").slice(0, -1)
    for (const line of lines) {
      try {
        const [key, mark] = JSON.parse(line) as [ItemKey, Mark | null]
        if (mark) remember(key, mark)
        else forget(key)
      } catch {
        // A line that a crash cut off: its item goes up once more.
      }
    }
    if (lines.length > WASTE * (marks.size + 16)) {
      await writeWhole(path, [...marks].map((entry) => `${JSON.stringify(entry)}\n`).join(""))
    }
  }

  function remember(key: ItemKey, mark: Mark): void {
    marks.set(key, mark)
    const [type, messageID = ""] = key.split("/")
    if (type !== "message" && type !== "part") return
    const own = content.get(mark.sessionID) ?? { messages: new Set(), parts: new Set() }
    content.set(mark.sessionID, own)
    if (type === "message") return void own.messages.add(key)
    own.parts.add(key)
    const siblings = partsOf.get(messageID)
    if (siblings) siblings.add(key)
    else partsOf.set(messageID, new Set([key]))
  }

  /** A message takes its parts along. */
  function forget(key: ItemKey): void {
    const [type, messageID = ""] = key.split("/")
    const own = content.get(marks.get(key)?.sessionID ?? "")
    marks.delete(key)
    own?.messages.delete(key)
    own?.parts.delete(key)
    if (type === "part") partsOf.get(messageID)?.delete(key)
    if (type !== "message") return
    const parts = [...(partsOf.get(messageID) ?? [])]
    partsOf.delete(messageID)
    for (const part of parts) forget(part)
  }

  return {
    has: (item, line) => marks.get(itemKey(item, rootSessionID))?.hash === hashOf(line),
    keysOf(sessionID) {
      const { messages = [], parts = [] } = content.get(sessionID) ?? {}
      return [...messages, ...parts]
    },
    async record(items) {
      const lines = items.map(({ item, line }) => {
        const removed = removedKey(item)
        if (removed !== undefined) {
          forget(removed)
          return [removed, null]
        }
        const key = itemKey(item, rootSessionID)
        const mark = markOf(item, line, rootSessionID)
        remember(key, mark)
        return [key, mark]
      })
      await makeFolder(folder)
      await appendFile(path, lines.map((line) => `${JSON.stringify(line)}\n`).join(""), { mode: 0o600 })
      await chmod(path, 0o600)
    },
    claim() {
      const root = marks.get(`session/${rootSessionID}`)?.said
      const own = content.get(rootSessionID)
      const listed = (type: string) => marks.get(`${type}/${rootSessionID}`)?.said?.count ?? 0
      return {
        ...(root?.title === undefined ? {} : { title: root.title.slice(0, MOST_TEXT) }),
        ...(root?.directory === undefined ? {} : { directory: root.directory.slice(0, MOST_TEXT) }),
        messageCount: own?.messages.size ?? 0,
        partCount: own?.parts.size ?? 0,
        diffCount: listed("session_diff"),
        modelCount: listed("model"),
      }
    },
  }
}

const MOST_TEXT = 4096

function markOf(item: Item, line: string, rootSessionID: string): Mark {
  const hash = hashOf(line)
  const data = item.data as Partial<SessionData & MessageData & PartData> & { length?: number }
  if (item.type === "session") {
    const { id = "", title, directory } = data
    return { hash, sessionID: id, said: { title, directory } }
  }
  const sessionID = item.sessionID ?? data.sessionID ?? rootSessionID
  return Array.isArray(item.data)
    ? { hash, sessionID, said: { count: item.data.length } }
    : { hash, sessionID }
}

/** The key that a removal removes. */
function removedKey({ type, data }: Item): ItemKey | undefined {
  const { id, messageID } = data as PartData
  if (type === "message_removed") return `message/${id}`
  return type === "part_removed" ? `part/${messageID}/${id}` : undefined
}

/** 96 bits: enough to tell versions of one item apart. */
function hashOf(line: string): string {
  return createHash("sha256").update(line).digest("base64url").slice(0, 16)
}
