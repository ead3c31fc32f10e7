import type { IncomingMessage, Server, ServerResponse } from "node:http"

/** How long a client may take over a request. Milliseconds. */
export interface RequestTimes {
  /** Until its headers are complete, from its first byte or from the connection's beginning. */
  headersMs: number
  /** Without a byte of a body that is waited for. */
  pauseMs: number
  /** Until all of it is there. */
  requestMs: number
  /** Between an answer and the next request. Longer than proxies keep connections, which could otherwise reuse a dead one. */
  idleMs: number
  /** How often these are looked at, but for the last one. */
  checkMs: number
}

/** A large sync over a thin line may take its quarter of an hour, as long as it goes on. */
export const REQUEST_TIMES: RequestTimes = {
  headersMs: 15_000,
  pauseMs: 30_000,
  requestMs: 15 * 60_000,
  idleMs: 75_000,
  checkMs: 5_000,
}

/** Bytes. A path token, a proxy's headers and a browser's take a tenth. */
const MAX_HEADER_BYTES = 16 * 1024

/** What Node itself holds requests to. */
export function serverOptions({ headersMs, requestMs, idleMs, checkMs }: RequestTimes) {
  return {
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    keepAliveTimeout: idleMs,
    connectionsCheckingInterval: checkMs,
    maxHeaderSize: MAX_HEADER_BYTES,
  }
}

interface Arriving {
  response: ServerResponse
  /** That the connection had brought at the last look. */
  bytes: number
  /** Milliseconds of looks since then. */
  quietMs: number
}

const TIMEOUT = "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"

/**
 * Ends requests whose body has paused too long, which Node does not know. Time in which we do not read, as when a sync
 * waits for its turn, is no pause of the sender's. Returns the function that stops looking.
 */
export function endPausedRequests(
  server: Server,
  { pauseMs, checkMs }: Pick<RequestTimes, "pauseMs" | "checkMs">,
): () => void {
  const arriving = new Map<IncomingMessage, Arriving>()

  server.on("request", (request: IncomingMessage, response: ServerResponse) => {
    if (hasBody(request)) arriving.set(request, { response, bytes: request.socket.bytesRead, quietMs: 0 })
  })

  function look(): void {
    for (const [request, seen] of arriving) {
      const { socket } = request
      if (request.complete || socket.destroyed) {
        arriving.delete(request)
        continue
      }
      const isQuiet = socket.bytesRead === seen.bytes && isWaitedFor(request)
      seen.quietMs = isQuiet ? seen.quietMs + checkMs : 0
      seen.bytes = socket.bytesRead
      if (seen.quietMs < pauseMs) continue
      arriving.delete(request)
      if (!seen.response.headersSent) socket.write(TIMEOUT)
      socket.destroy()
    }
  }

  const timer = setInterval(look, checkMs)
  timer.unref()
  return () => clearInterval(timer)
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers["content-length"] !== undefined || headers["transfer-encoding"] !== undefined
}

/** Node stops reading from a connection when so much of a body lies unread. */
function isWaitedFor({ readableLength, readableHighWaterMark }: IncomingMessage): boolean {
  return readableLength < readableHighWaterMark
}
