import type { OpenCodeEvent } from "../../src/plugin/opencode/hearing.ts"
import type { SessionReader } from "../../src/plugin/opencode/session-reader.ts"
import type { MessageData, PartData, SessionData } from "../../src/protocol/opencode.ts"

/** The sessions of an OpenCode, as far as a plugin sees them: what is stored, and an event for each change. */
export interface StoredSessions {
  readonly reader: SessionReader
  /** Hears events from now on. Returns what ends that. */
  listen(listener: (event: OpenCodeEvent) => void): () => void
  session(data: { [K in keyof SessionData]?: SessionData[K] | undefined } & { id: string }): void
  message(data: Partial<MessageData> & { id: string; sessionID: string }): void
  part(data: Partial<PartData> & { id: string; sessionID: string; messageID: string }): void
  delta(part: { sessionID: string; messageID: string; partID: string; delta: string }): void
  removeMessage(sessionID: string, messageID: string): void
  deleteSession(sessionID: string): void
  /** Takes a session away without a word. */
  forget(sessionID: string): void
  /** What is stored of a session, in order. */
  messages(sessionID: string): { info: MessageData; parts: PartData[] }[]
}

export function createStoredSessions(now: () => number = Date.now): StoredSessions {
  const sessions = new Map<string, SessionData>()
  const messages = new Map<string, MessageData>()
  const parts = new Map<string, PartData>()
  const listeners = new Set<(event: OpenCodeEvent) => void>()
  const tell = (type: string, properties: unknown) => {
    for (const listener of listeners) listener({ type, properties: structuredClone(properties) })
  }
  const byID = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)
  const messagesOf = (sessionID: string) =>
    [...messages.values()]
      .filter((info) => info.sessionID === sessionID)
      .sort(byID)
      .map((info) => ({
        info,
        parts: [...parts.values()].filter(({ messageID }) => messageID === info.id).sort(byID),
      }))
  const touch = (sessionID: string) => {
    const session = sessions.get(sessionID)
    if (session) session.time = { ...session.time, updated: now() }
  }

  return {
    messages: messagesOf,
    listen(listener) {
      listeners.add(listener)
      return () => void listeners.delete(listener)
    },
    session(data) {
      const time = { created: now(), ...sessions.get(data.id)?.time, updated: now() }
      sessions.set(data.id, {
        title: "A session",
        directory: "/work",
        ...sessions.get(data.id),
        time,
        ...data,
      } as SessionData)
      tell("session.updated", { info: sessions.get(data.id) })
    },
    message(data) {
      messages.set(data.id, { role: "user", time: { created: 1 }, ...messages.get(data.id), ...data })
      touch(data.sessionID)
      tell("message.updated", { info: messages.get(data.id) })
    },
    part(data) {
      const type = typeof data.type === "string" ? data.type : "text"
      parts.set(data.id, { ...parts.get(data.id), ...data, type })
      touch(data.sessionID)
      tell("message.part.updated", { part: parts.get(data.id) })
    },
    delta: (part) => tell("message.part.delta", { ...part, field: "text" }),
    removeMessage(sessionID, messageID) {
      messages.delete(messageID)
      for (const [id, part] of parts) if (part.messageID === messageID) parts.delete(id)
      touch(sessionID)
      tell("message.removed", { sessionID, messageID })
    },
    forget: (sessionID) => void sessions.delete(sessionID),
    deleteSession(sessionID) {
      const info = sessions.get(sessionID)
      sessions.delete(sessionID)
      tell("session.deleted", { sessionID, info })
    },
    reader: {
      session: async (id) => structuredClone(sessions.get(id)),
      async descendants(id) {
        const below = (parent: string): SessionData[] =>
          [...sessions.values()]
            .filter(({ parentID }) => parentID === parent)
            .flatMap((child) => [child, ...below(child.id)])
        return structuredClone(below(id))
      },
      forgetShare: async (id) => {
        const session = sessions.get(id)
        if (session) sessions.set(id, { ...session, share: undefined })
      },
      hasOlderThan: async (time) =>
        [...sessions.values()].some((session) => (session.time?.created ?? time) < time),
      async *items(session) {
        yield [{ type: "session", data: structuredClone(session) }]
        for (const { info, parts } of messagesOf(session.id).toReversed()) {
          yield structuredClone([
            { type: "message", data: info },
            ...parts.map((data) => ({ type: "part", data })),
          ])
        }
      },
    },
  }
}
