import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { createFold } from "../../src/protocol/fold.ts"
import type { Item } from "../../src/protocol/item.ts"
import { closeServer, listen, readJson } from "../loopback.ts"

export interface RecordedRequest {
  method: string
  path: string
  headers: IncomingMessage["headers"]
  body: unknown
}

export interface RecordingServer {
  readonly url: string
  readonly requests: readonly RecordedRequest[]
  /** Every item of every sync, in order. */
  items(): Item[]
  stop(): Promise<void>
}

/** The four calls of OpenCode's share client, answered and written down: what it sends, with no server of ours. */
export async function startRecordingServer(): Promise<RecordingServer> {
  const requests: RecordedRequest[] = []
  const synced: Item[] = []
  let shares = 0

  async function answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "", url: path = "", headers } = incoming
    const body = await readJson(incoming)
    requests.push({ method, path, headers, body })
    const reply = (status: number, value: unknown): void => {
      outgoing.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value))
    }
    if (method === "POST" && path === "/api/share") {
      shares += 1
      const id = `recording${shares}`
      return reply(200, { id, url: `${origin}/share/${id}`, secret: `secret-${shares}` })
    }
    if (method === "POST" && /^\/api\/share\/[^/]+\/sync$/.test(path)) {
      synced.push(...(body as { data: Item[] }).data)
      return reply(200, {})
    }
    if (method === "GET" && /^\/api\/share\/[^/]+\/data$/.test(path))
      return reply(200, lastVersions(synced, ""))
    if (method === "DELETE" && /^\/api\/share\/[^/]+$/.test(path)) return reply(200, {})
    reply(404, { error: { code: "not_found", message: `${method} ${path}` } })
  }

  const server = createServer((incoming, outgoing) => {
    answer(incoming, outgoing).catch(() => outgoing.destroy())
  })
  const origin = await listen(server)
  return { url: origin, requests, items: () => [...synced], stop: () => closeServer(server) }
}

/** The items without those that a later one replaces. */
export function lastVersions(items: Iterable<Item>, rootSessionID: string): Item[] {
  const fold = createFold(rootSessionID)
  fold.apply(items)
  return [...fold.items()]
}
