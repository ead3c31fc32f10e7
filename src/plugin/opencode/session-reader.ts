import type { Item } from "../../protocol/item.ts"
import type { MessageData, PartData, SessionData } from "../../protocol/opencode.ts"

/** OpenCode's own HTTP client as a plugin is given it, as far as it is used here. */
export interface OpenCodeClient {
  get(request: ClientRequest): Promise<{ data?: unknown; response?: Response }>
  delete(request: ClientRequest): Promise<unknown>
}

interface ClientRequest {
  url: string
  path?: Record<string, string>
  query?: Record<string, string | number>
}

/** Reads sessions as OpenCode stores them. */
export interface SessionReader {
  /** Undefined when OpenCode knows no such session; throws when it cannot be asked. */
  session(sessionID: string): Promise<SessionData | undefined>
  /** The sessions that a session has started, and those that they have. */
  descendants(sessionID: string): Promise<SessionData[]>
  /** Has OpenCode forget that the session is shared, with the same call as a user's. */
  forgetShare(sessionID: string): Promise<void>
  /** Whether OpenCode knows a session of this project that is older: if not, it may have lost them all. */
  hasOlderThan(time: number): Promise<boolean>
  /** All of one session, a page of messages at a time, so that a large one never stands in memory whole. */
  items(session: SessionData): AsyncIterable<Item[]>
}

const PAGE = 50

export interface ReaderOptions {
  /** Messages that are asked for at once, and stand in memory. */
  page?: number
}

interface StoredMessage {
  info: MessageData
  parts: PartData[]
}

export function createSessionReader(
  client: OpenCodeClient,
  { page = PAGE }: ReaderOptions = {},
): SessionReader {
  async function session(sessionID: string): Promise<SessionData | undefined> {
    const { data, response } = await client.get({ url: "/session/{id}", path: { id: sessionID } })
    if (response?.status === 404) return undefined
    if (data === undefined) throw new Error(`OpenCode does not say what ${sessionID} is`)
    return data as SessionData
  }

  async function descendants(sessionID: string): Promise<SessionData[]> {
    const { data } = await client.get({ url: "/session/{id}/children", path: { id: sessionID } })
    const children = Array.isArray(data) ? (data as SessionData[]) : []
    const below = await Promise.all(children.map(({ id }) => descendants(id)))
    return [...children, ...below.flat()]
  }

  /** The newest page first, as OpenCode gives them out. */
  async function* pages(sessionID: string): AsyncIterable<StoredMessage[]> {
    let before: string | undefined
    do {
      const query = { limit: page, ...(before === undefined ? {} : { before }) }
      const { data, response } = await client.get({
        url: "/session/{id}/message",
        path: { id: sessionID },
        query,
      })
      if (!Array.isArray(data)) throw new Error(`OpenCode does not say what is in ${sessionID}`)
      yield data as StoredMessage[]
      before = response?.headers.get("x-next-cursor") ?? undefined
    } while (before !== undefined)
  }

  return {
    session,
    descendants,
    async forgetShare(sessionID) {
      await client.delete({ url: "/session/{id}/share", path: { id: sessionID } })
    },
    async hasOlderThan(time) {
      const { data } = await client.get({ url: "/session" })
      return (
        Array.isArray(data) && (data as SessionData[]).some((each) => (each.time?.created ?? time) < time)
      )
    },
    async *items(session) {
      yield [{ type: "session", data: session }]
      for await (const messages of pages(session.id)) {
        yield messages.flatMap(({ info, parts }) => [
          { type: "message", data: info },
          ...parts.map((data): Item => ({ type: "part", data })),
        ])
      }
    },
  }
}
