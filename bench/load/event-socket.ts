import { connect as connectPlain } from "node:net"
import { connect as connectTLS } from "node:tls"

export interface EventSocketOptions {
  origin: string
  /** With its query. */
  path: string
  /** The stream is there. */
  onOpen(): void
  onEvent(event: SocketEvent): void
  onBytes(count: number): void
  /** It ended, or never began: `status` is what was answered, 0 for nothing. Called once. */
  onEnd(reason: { status: number }): void
}

export interface SocketEvent {
  name: string
  /** The revision that the page shows after it; of the moment's events there is none. */
  id: number | undefined
}

export interface EventSocket {
  close(): void
}

/** Of an event so much is kept until its end; its data is longer, and not looked at. */
const HEAD_CHARACTERS = 2_000

/** A stream of server-sent events, without fetch and EventSource, which would be what is measured. */
export function openEventSocket(options: EventSocketOptions): EventSocket {
  const { origin, path, onOpen, onEvent, onBytes, onEnd } = options
  const { protocol, hostname, port, host } = new URL(origin)
  const secure = protocol === "https:"
  const name = hostname.replace(/^\[(.*)\]$/, "$1")
  const address = { host: name, port: Number(port) || (secure ? 443 : 80) }
  const socket = secure ? connectTLS({ ...address, servername: name }) : connectPlain(address)
  let rest = ""
  let status: number | undefined
  let open = false
  let ended = false

  function end(): void {
    if (ended) return
    ended = true
    socket.destroy()
    onEnd({ status: status ?? 0 })
  }

  function take(chunk: Buffer): void {
    onBytes(chunk.length)
    rest += chunk.toString("latin1")
    if (status === undefined && rest.length >= 12) status = Number(rest.slice(9, 12))
    if (status !== undefined && status !== 200) {
      end()
      return
    }
    if (!open && rest.includes("retry: ")) {
      open = true
      onOpen()
    }
    for (let at = rest.indexOf("\n\n"); at >= 0; at = rest.indexOf("\n\n")) {
      const event = readHead(rest.slice(0, Math.min(at, HEAD_CHARACTERS)))
      if (event) onEvent(event)
      rest = rest.slice(at + 2)
    }
    // A stream that the server ends has a chunk of no bytes behind it.
    if (rest.includes("\r\n0\r\n\r\n")) end()
    // Of an event whose end has not come: its head, and what may be half of its end.
    if (rest.length > 2 * HEAD_CHARACTERS) rest = rest.slice(0, HEAD_CHARACTERS) + rest.slice(-1)
  }

  socket.setNoDelay(true)
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nAccept: text/event-stream\r\n\r\n`)
  socket.on("data", take)
  socket.on("error", end)
  socket.on("close", end)
  return {
    close() {
      ended = true
      socket.destroy()
    },
  }
}

/** Chunks' lengths stand between the lines; JSON has no line breaks, so no line of it poses as one of these. */
function readHead(text: string): SocketEvent | undefined {
  const name = /(?:^|\n)event: (\w+)/.exec(text)?.[1]
  if (name === undefined) return undefined
  const id = /(?:^|\n)id: (\d+)/.exec(text)?.[1]
  return { name, id: id === undefined ? undefined : Number(id) }
}
