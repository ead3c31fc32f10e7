import { type ClientHttp2Session, connect, type IncomingHttpHeaders } from "node:http2"
import { type ConnectionOptions, connect as connectTls } from "node:tls"
import { waitFor } from "../wait.ts"
import { NAME, type RunningProxy } from "./proxy.ts"

export interface H2Answer {
  status: number
  headers: IncomingHttpHeaders
  text: string
}

export interface H2Call {
  method?: string
  headers?: Record<string, string>
  body?: string | Buffer | AsyncIterable<Buffer>
}

export interface H2Client {
  call(path: string, options?: H2Call): Promise<H2Answer>
  /** Opens a stream of events, whose text so far one can wait for. */
  follow(path: string): { waitForText(what: string, text: string): Promise<void>; hasEnded(): boolean }
  /** Begins a request and leaves its body open. */
  begin(path: string, start: string): { answer: Promise<H2Answer> }
  close(): void
}

/** Speaks HTTP/2 to a proxy under one of its names, as browsers do, and from an address of its own if told. */
export async function connectH2(
  { port, pem }: RunningProxy,
  { localAddress = "127.0.0.1", name = NAME } = {},
): Promise<H2Client> {
  const options = { host: "127.0.0.1", port, ca: pem, servername: name, ALPNProtocols: ["h2"] }
  const session: ClientHttp2Session = connect(`https://${name}`, {
    createConnection: () =>
      // Node passes the address on to the socket, and its types do not know.
      connectTls({ ...options, localAddress } as ConnectionOptions),
  })
  await new Promise<void>((resolve, reject) => session.once("connect", () => resolve()).once("error", reject))

  function request(path: string, { method = "GET", headers = {}, body }: H2Call) {
    const length = Buffer.isBuffer(body) ? { "content-length": body.length } : {}
    const stream = session.request(
      { ":authority": name, ":path": path, ":method": method, ...length, ...headers },
      { endStream: body === undefined },
    )
    const answer = new Promise<H2Answer>((resolve, reject) => {
      let answered: IncomingHttpHeaders = {}
      const chunks: Buffer[] = []
      stream.on("response", (headers) => {
        answered = headers
      })
      stream.on("data", (chunk: Buffer) => chunks.push(chunk))
      stream.on("error", reject)
      stream.on("end", () =>
        resolve({
          status: Number(answered[":status"]),
          headers: answered,
          text: Buffer.concat(chunks).toString(),
        }),
      )
    })
    return { stream, answer }
  }

  return {
    async call(path, options = {}) {
      const { stream, answer } = request(path, options)
      const { body } = options
      if (typeof body === "string" || Buffer.isBuffer(body)) stream.end(body)
      else if (body !== undefined) {
        for await (const chunk of body) {
          if (stream.write(chunk)) continue
          // Who is answered early is not read any more.
          const drained = new Promise((resolve) => stream.once("drain", resolve))
          if ((await Promise.race([drained, answer])) !== undefined) break
        }
        stream.end()
      }
      return answer
    },
    follow(path) {
      const stream = session.request({ ":authority": name, ":path": path, accept: "text/event-stream" })
      let text = ""
      let ended = false
      stream.on("data", (chunk: Buffer) => {
        text += chunk
      })
      stream.on("end", () => {
        ended = true
      })
      stream.on("error", () => {})
      return {
        waitForText: async (what, expected) => {
          await waitFor(what, () => text.includes(expected), { details: () => text })
        },
        hasEnded: () => ended,
      }
    },
    begin(path, start) {
      const { stream, answer } = request(path, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: "",
      })
      stream.write(start)
      return { answer }
    },
    close: () => session.destroy(),
  }
}
