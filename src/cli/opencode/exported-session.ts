import * as z from "zod/mini"
import type { SessionReader } from "../../plugin/opencode/session-reader.ts"
import { ShareError } from "../../protocol/errors.ts"
import { OPENCODE_ID } from "../../protocol/ids.ts"
import { type Item, readItem } from "../../protocol/item.ts"
import { LIMITS } from "../../protocol/limits.ts"
import type { MessageData, PartData, SessionData } from "../../protocol/opencode.ts"
import { nestsDeeper } from "../../protocol/weight.ts"
import { CliError } from "../exit.ts"

/** A session with all that it said, and those of its subagents. */
export interface ExportedSession {
  info: SessionData
  messages: { info: MessageData; parts: PartData[] }[]
  /** What changed, where the export says it. */
  diffs: readonly unknown[]
  children: ExportedSession[]
}

const id = z.string().check(z.regex(OPENCODE_ID))
const session = z.looseObject({ id, title: z.optional(z.nullable(z.string())) })
const messages = z.array(
  z.object({
    info: z.looseObject({ id, role: z.string() }),
    parts: z.array(z.looseObject({ id, type: z.string() })),
  }),
)
const list = z.optional(z.nullable(z.array(z.unknown())))

/** As `opencode export` writes it. */
const exportSchema = z.looseObject({ info: session, messages })
/** As this program and the server write it: ShareData, with the sessions of subagents in it. */
const shareDataSchema = z.looseObject({ session, messages, diffs: list, children: list })

/** Subagents of subagents: whoever wrote the file may be hostile. */
const DEEPEST = 16

/**
 * Reads a session from a file's text, whichever of the known forms it has. Throws a sentence.
 * @param named what the text is called, such as a file's name
 */
export function readExport(text: string, named: string): ExportedSession {
  const value = parse(text, named)
  if (nestsDeeper(value, LIMITS.jsonDepth))
    throw unreadable(named, `it nests deeper than ${LIMITS.jsonDepth} levels`)
  const exported = Array.isArray(value) ? fromItems(value, named) : fromObject(value, named, 0)
  for (const item of itemsOf(exported)) checked(item, named)
  return exported
}

function parse(written: string, named: string): unknown {
  // Some shells put a mark before what they write, or write it in another encoding.
  const text = written.replace(/^\ufeff/, "")
  if (text.includes("\u0000"))
    throw unreadable(named, "it is no UTF-8 text; a shell may have written it in UTF-16")
  if (text.trim() === "") throw unreadable(named, "it is empty")
  try {
    return JSON.parse(text)
  } catch {
    const isCut = /^\s*[[{]/.test(text)
    throw unreadable(named, isCut ? "it is no whole JSON: it may be cut off" : "it is no JSON")
  }
}

function fromObject(value: unknown, named: string, depth: number): ExportedSession {
  const exported = exportSchema.safeParse(value)
  if (exported.success) {
    const { info, messages } = exported.data
    return { info: info as SessionData, messages: told(messages, info.id), diffs: [], children: [] }
  }
  const data = shareDataSchema.safeParse(value)
  if (!data.success) {
    const isOurs = typeof value === "object" && value !== null && ("messages" in value || "session" in value)
    const [issue] = ("info" in Object(value) ? exported : data).error?.issues ?? []
    const place = isOurs && issue ? ` (${issue.path.join(".") || "the whole"}: ${issue.message})` : ""
    throw unreadable(named, `it is no session that OpenCode or Better Share has exported${place}`)
  }
  if (depth > DEEPEST) throw unreadable(named, `its subagents' sessions nest deeper than ${DEEPEST} levels`)
  const { session, messages, diffs, children } = data.data
  return {
    info: session as SessionData,
    messages: told(messages, session.id),
    diffs: diffs ?? [],
    children: (children ?? []).map((child) => fromObject(child, named, depth + 1)),
  }
}

/** The items that `GET /api/share/:id/data` answers. */
function fromItems(values: readonly unknown[], named: string): ExportedSession {
  const items = values.map((value) => checked(value, named))
  const info = items.find(({ type }) => type === "session")?.data as SessionData | undefined
  if (!info) throw unreadable(named, "there is no session in it")
  const parts = new Map<string, PartData[]>()
  for (const { type, data } of items) {
    if (type !== "part") continue
    const part = data as PartData
    const known = parts.get(part.messageID)
    if (known) known.push(part)
    else parts.set(part.messageID, [part])
  }
  const messages = items
    .filter(({ type }) => type === "message")
    .map(({ data }) => data as MessageData)
    .map((message) => ({ info: message, parts: parts.get(message.id) ?? [] }))
  const diffs = items.find(({ type }) => type === "session_diff")?.data
  return { info, messages, diffs: Array.isArray(diffs) ? diffs : [], children: [] }
}

/** What leaves out whose it is belongs to where it stands. */
function told(given: z.infer<typeof messages>, sessionID: string): ExportedSession["messages"] {
  return given.map(({ info, parts }) => ({
    info: { sessionID, ...info } as MessageData,
    parts: parts.map((part) => ({ sessionID, messageID: info.id, ...part }) as PartData),
  }))
}

/** All of one session, without its children. */
export function* itemsOf({ info, messages, diffs }: ExportedSession): Generator<Item> {
  yield { type: "session", data: info }
  for (const { info: message, parts } of messages) {
    yield { type: "message", data: message }
    for (const part of parts) yield { type: "part", data: part }
  }
  if (diffs.length > 0) yield { type: "session_diff", data: [...diffs] as never, sessionID: info.id }
}

function checked(value: unknown, named: string): Item {
  try {
    return readItem(value)
  } catch (error) {
    if (error instanceof ShareError) throw unreadable(named, error.message.replace(/\.$/, ""))
    throw error
  }
}

function unreadable(named: string, fault: string): CliError {
  return new CliError(`${named} cannot be read: ${fault}.`, { code: "unreadable" })
}

/** Reads what is in an export as if OpenCode had stored it. */
export function readerOf(root: ExportedSession): SessionReader {
  const all = new Map<string, ExportedSession>()
  const gather = (session: ExportedSession): void => {
    all.set(session.info.id, session)
    session.children.forEach(gather)
  }
  gather(root)
  const below = (session: ExportedSession): SessionData[] =>
    session.children.flatMap((child) => [{ parentID: session.info.id, ...child.info }, ...below(child)])
  return {
    session: async (sessionID) => all.get(sessionID)?.info,
    descendants: async (sessionID) => {
      const session = all.get(sessionID)
      return session ? below(session) : []
    },
    // It says nothing of other sessions, so nothing is taken for deleted.
    hasOlderThan: async () => false,
    forgetShare: async () => {},
    async *items({ id: sessionID }) {
      const session = all.get(sessionID)
      if (session) yield [...itemsOf(session)]
    },
  }
}
