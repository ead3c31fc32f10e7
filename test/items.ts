import type { Item } from "../src/protocol/item.ts"

/** Items as OpenCode would send them, for one session. */
export function itemsOf(sessionID: string) {
  return {
    session: (data: Record<string, unknown> = {}): Item => ({
      type: "session",
      data: {
        id: sessionID,
        title: "A session",
        directory: "/home/dev/demo",
        time: { created: 1, updated: 2 },
        ...data,
      },
    }),
    user: (id: string, at = 1): Item => ({
      type: "message",
      data: { id, sessionID, role: "user", time: { created: at }, agent: "build" },
    }),
    assistant: (id: string, at = 2): Item => ({
      type: "message",
      data: { id, sessionID, role: "assistant", time: { created: at }, modelID: "m", providerID: "p" },
    }),
    text: (messageID: string, id: string, text: string): Item => ({
      type: "part",
      data: { id, messageID, sessionID, type: "text", text },
    }),
  }
}
