import type { LiveEvents } from "../protocol/patch.ts"

/** One viewer's connection, as server-sent events. */
export interface EventStream {
  readable: ReadableStream<Uint8Array>
  send(event: Uint8Array): void
  /** Sends what may be lost, unless the viewer is behind with what may not; false then. */
  offer(event: Uint8Array): boolean
  end(): void
}

/** Proxies cut connections that are silent for a minute. */
const HEARTBEAT_MS = 15_000
/** A viewer who takes nothing is let go; it reconnects and gets the page anew. Bytes. */
const MOST_UNREAD = 4 * 1024 * 1024

/** So much unread, and nothing is added that the viewer can do without. Bytes. */
const BEHIND = 64 * 1024

const encoder = new TextEncoder()

/** Milliseconds after which a client that knows no better comes again. */
const RETRY_HINT = encoder.encode("retry: 1000\n\n")

/** `id` is the revision that a page shows after the event. */
export function encodeEvent<E extends keyof LiveEvents>(
  event: E,
  data: LiveEvents[E],
  id?: number,
): Uint8Array {
  const head = id === undefined ? "" : `id: ${id}\n`
  return encoder.encode(`${head}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}

export function createEventStream({ onClose }: { onClose(): void }): EventStream {
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined
  const heartbeat = setInterval(() => send(encoder.encode(": \n\n")), HEARTBEAT_MS)
  const readable = new ReadableStream<Uint8Array>(
    {
      start(created) {
        controller = created
        // Lets the browser see the stream open before anything happens.
        created.enqueue(RETRY_HINT)
      },
      cancel: stop,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: MOST_UNREAD }),
  )

  function send(event: Uint8Array): void {
    if (!controller) return
    controller.enqueue(event)
    if ((controller.desiredSize ?? 0) <= 0) end()
  }

  function offer(event: Uint8Array): boolean {
    if (!controller || MOST_UNREAD - (controller.desiredSize ?? 0) > BEHIND) return false
    send(event)
    return true
  }

  function end(): void {
    const open = controller
    stop()
    open?.enqueue(RETRY_HINT)
    open?.close()
  }

  function stop(): void {
    if (!controller) return
    controller = undefined
    clearInterval(heartbeat)
    onClose()
  }

  return { readable, send, offer, end }
}
