import type { Server } from "node:http"
import { createAdaptorServer, type HttpBindings } from "@hono/node-server"
import type { App } from "../api/app.ts"
import { readArrival } from "./arrival.ts"
import { type ConnectionLimits, limitConnections } from "./connections.ts"
import { endPausedRequests, REQUEST_TIMES, type RequestTimes, serverOptions } from "./request-times.ts"
import { createTrustedProxies } from "./trusted-proxies.ts"

export interface Listening {
  /** Where it listens: `http://127.0.0.1:3000`. */
  url: string
  close(): Promise<void>
}

export interface ListenOptions {
  host: string
  /** 0 takes any free port. */
  port: number
  /** Addresses and ranges of those who may say where a request came from; nobody unless told. */
  trustedProxies?: readonly string[]
  /** No limit unless told. */
  connections?: ConnectionLimits
  times?: RequestTimes
  /** Makes the app for the address that was bound; requests that come before it is ready wait for it. */
  createApp(url: string): Promise<Pick<App, "fetch">>
}

/** How long a stop waits for requests that are under way. Orchestrators kill after ten seconds or more. */
const DRAIN_MS = 8_000

/** Serves an app on Node. Resolves when the address is bound and the app is ready. */
export async function listen({
  host,
  port,
  trustedProxies = [],
  connections = { perAddress: 0, total: 0 },
  times = REQUEST_TIMES,
  createApp,
}: ListenOptions): Promise<Listening> {
  const trusted = createTrustedProxies(trustedProxies)
  const ready = deferred<Pick<App, "fetch">>()
  let app: Pick<App, "fetch"> | undefined
  const server = createAdaptorServer({
    // The adapter would cut off, after half a second, a client that is still sending what nobody reads. The app
    // takes the rest of such a body itself (api/body.ts).
    autoCleanupIncoming: false,
    serverOptions: serverOptions(times),
    fetch(request, env) {
      const { incoming, outgoing } = env as HttpBindings
      const bindings = { ...readArrival(incoming, trusted), whenSent: sentCounter(incoming, outgoing) }
      return app ? app.fetch(request, bindings) : ready.promise.then((made) => made.fetch(request, bindings))
    },
  }) as Server
  limitConnections(server, { ...connections, trusted })
  const stopLooking = endPausedRequests(server, times)

  /** Takes no more connections, lets what is under way come to its end, and cuts off what does not. */
  async function close(): Promise<void> {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    // A connection that has had its last answer would stay for its keep-alive time.
    const idle = setInterval(() => server.closeIdleConnections(), 50)
    const patience = setTimeout(() => server.closeAllConnections(), DRAIN_MS)
    await closed
    clearInterval(idle)
    clearTimeout(patience)
    stopLooking()
  }

  const url = await bind(server, host, port)
  try {
    app = await createApp(url)
    ready.resolve(app)
    return { url, close }
  } catch (error) {
    stopLooking()
    server.close()
    server.closeAllConnections()
    throw error
  }
}

function bind(server: Server, host: string, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once("error", reject)
    server.listen(port, host, () => {
      server.removeListener("error", reject)
      const address = server.address()
      const bound = typeof address === "object" && address ? address.port : port
      resolve(`http://${host.includes(":") ? `[${host}]` : host}:${bound}`)
    })
  })
}

/** Of requests that are sent without waiting for answers, which nobody does, an answer may count its neighbour's bytes. */
function sentCounter(
  { socket }: HttpBindings["incoming"],
  outgoing: HttpBindings["outgoing"],
): (tell: (bytes: number) => void) => void {
  const before = socket.bytesWritten
  return (tell) => {
    const done = () => tell(socket.bytesWritten - before)
    // Who asked may have gone before there was an answer.
    if (outgoing.closed) done()
    else outgoing.once("close", done)
  }
}

/** `Promise.withResolvers`, which Node 20 does not have. */
function deferred<T>(): { promise: Promise<T>; resolve(value: T): void } {
  let resolve: (value: T) => void = () => {}
  const promise = new Promise<T>((settle) => {
    resolve = settle
  })
  return { promise, resolve }
}
