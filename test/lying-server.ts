import { createServer, type IncomingMessage, type ServerResponse } from "node:http"
import { Readable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { closeServer, listen } from "./loopback.ts"

/** What it was asked, and what the honest server answered. */
export interface HonestAnswer {
  /** With the query. */
  path: string
  body: Buffer
}

/** Another body to answer with; undefined: the honest one. */
export type Lie = (answer: HonestAnswer) => Buffer | undefined

export interface LyingServer {
  url: string
  /** Of every request, in order: address and headers as they came. */
  readonly requests: readonly string[]
  /** How it lies from now on; honest until told. */
  lie(how: Lie | undefined): void
  stop(): Promise<void>
}

/** Stands before an honest server and says something else about what is stored there. */
export async function startLyingServer(honest: string): Promise<LyingServer> {
  const requests: string[] = []
  let how: Lie | undefined

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "/"
    requests.push(`${request.method} ${path} ${JSON.stringify(request.headers)}`)
    const abort = new AbortController()
    response.on("close", () => abort.abort())
    const answered = await fetch(`${honest}${path}`, {
      redirect: "manual",
      signal: abort.signal,
      headers: { "last-event-id": String(request.headers["last-event-id"] ?? "") },
    })
    const headers = Object.fromEntries(answered.headers)
    delete headers["content-encoding"]
    delete headers["content-length"]
    delete headers["transfer-encoding"]
    if (/\/segments/.test(path) && answered.ok) {
      const body = Buffer.from(await answered.arrayBuffer())
      response.writeHead(answered.status, headers).end(how?.({ path, body }) ?? body)
      return
    }
    response.writeHead(answered.status, headers)
    if (answered.body) await pipeline(Readable.fromWeb(answered.body as never), response)
    else response.end()
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.destroy())
  })
  const url = await listen(server)
  return {
    url,
    requests,
    lie(next) {
      how = next
    },
    stop: () => closeServer(server),
  }
}
