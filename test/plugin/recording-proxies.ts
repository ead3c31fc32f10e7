import { createServer, type IncomingMessage, request, type ServerResponse } from "node:http"
import { connect } from "node:net"
import { closeServer, listen } from "../loopback.ts"

export interface PassedRequest {
  method: string
  /** With the host, as far as the client said one. */
  url: string
  headers: IncomingMessage["headers"]
  body: Buffer
}

export interface Gateway {
  readonly url: string
  readonly requests: PassedRequest[]
  /** What happens to requests from now on: `pass`, `wedge` (taken and never answered), `drop` (cut at once), or an answer. */
  mode: "pass" | "wedge" | "drop" | { status: number; body: string; headers?: Record<string, string> }
  stop(): Promise<void>
}

/** Stands before a server, writes down all that it is sent, and can fail as networks do. */
export async function startGateway(target: () => string): Promise<Gateway> {
  const requests: PassedRequest[] = []
  const server = createServer((incoming, outgoing) => {
    pass(incoming, outgoing).catch(() => outgoing.destroy())
  })

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const body = await readAll(incoming)
    const { method = "", url = "", headers } = incoming
    requests.push({ method, url, headers, body })
    const { mode } = gateway
    if (mode === "wedge") return
    if (mode === "drop") return void outgoing.destroy()
    if (mode !== "pass") return void outgoing.writeHead(mode.status, mode.headers).end(mode.body)
    forward(new URL(url, target()), { method, headers, body }, outgoing)
  }

  const gateway: Gateway = {
    url: await listen(server),
    requests,
    mode: "pass",
    async stop() {
      server.closeAllConnections()
      await closeServer(server)
    },
  }
  return gateway
}

/**
 * An HTTP proxy, as `HTTP_PROXY` names one: stands for everybody else in the world. What is for this machine passes;
 * anything else is written down and goes nowhere.
 */
export async function startRecordingProxy(): Promise<{
  url: string
  requests: PassedRequest[]
  stop(): Promise<void>
}> {
  const requests: PassedRequest[] = []
  const server = createServer((incoming, outgoing) => {
    readAll(incoming).then(
      (body) => {
        const { method = "", url = "", headers } = incoming
        requests.push({ method, url, headers, body })
        const { hostname } = new URL(url)
        if (hostname === "127.0.0.1") forward(new URL(url), { method, headers, body }, outgoing)
        else outgoing.writeHead(502).end()
      },
      () => outgoing.destroy(),
    )
  })
  server.on("connect", ({ url = "", headers }: IncomingMessage, socket) => {
    requests.push({ method: "CONNECT", url: `https://${url}`, headers, body: Buffer.alloc(0) })
    socket.on("error", () => {})
    const [host, port] = url.split(":")
    if (host !== "127.0.0.1") return void socket.end("HTTP/1.1 502 Bad Gateway\r\n\r\n")
    const onward = connect(Number(port), host, () => {
      socket.write("HTTP/1.1 200 OK\r\n\r\n")
      onward.pipe(socket).pipe(onward)
    })
    onward.on("error", () => socket.destroy())
  })
  const url = await listen(server)
  return {
    url,
    requests,
    async stop() {
      server.closeAllConnections()
      await closeServer(server)
    },
  }
}

function forward(
  to: URL,
  { method, headers, body }: Pick<PassedRequest, "method" | "headers" | "body">,
  outgoing: ServerResponse,
): void {
  const onward = request(to, { method, headers: { ...headers, host: to.host } }, (answer) => {
    outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
    answer.pipe(outgoing)
  })
  onward.on("error", () => outgoing.destroy())
  outgoing.on("close", () => onward.destroy())
  onward.end(body)
}

async function readAll(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
