import { setTimeout as sleep } from "node:timers/promises"
import { unusable } from "../postgres/connection.ts"
import { type ListenSession, openListenSession, type Query, type SessionOptions } from "./listen-session.ts"

export interface ListenOptions extends SessionOptions {
  /** The connection can send, the first time or again. */
  onOpen(query: Query): void
  /** The connection broke, or could not be made again. */
  onLost(reason: unknown): void
  /** From 0 up to 1. */
  random(): number
}

/** A connection that listens, and is made again when it breaks. */
export interface ListenConnection {
  /** True when all that was sent until a second ago has arrived. */
  isFresh(): boolean
  close(): Promise<void>
}

/** How long what has been heard counts as all there is. */
const FRESH_MS = 1_000
const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000
/** A connection that lasted so long was a good one: the next attempts begin with short pauses again. */
const STEADY_MS = 10_000

/** Throws a sentence for the operator when the first connection cannot be made. */
export async function openListenConnection(options: ListenOptions): Promise<ListenConnection> {
  const { url, onOpen, onLost, now, random } = options
  const closing = new AbortController()
  let session: ListenSession | undefined = await openListenSession(options).catch((cause) => {
    throw unusable(url, cause)
  })
  const keeping = keep(session)

  async function keep(first: ListenSession): Promise<void> {
    let attempts = 0
    for (let next: ListenSession | undefined = first; next !== undefined; ) {
      const since = now()
      session = next
      onOpen(next.query)
      const reason = await next.lost
      session = undefined
      if (closing.signal.aborted) return
      onLost(reason)
      if (now() - since > STEADY_MS) attempts = 0
      do next = await again(attempts++)
      while (next === undefined && !closing.signal.aborted)
    }
  }

  /** One attempt after a pause; undefined when it failed. */
  async function again(attempts: number): Promise<ListenSession | undefined> {
    try {
      await sleep(pauseBefore(attempts), undefined, { signal: closing.signal })
      const next = await openListenSession(options)
      if (!closing.signal.aborted) return next
      await next.end()
    } catch (error) {
      if (!closing.signal.aborted) onLost(error)
    }
    return undefined
  }

  /** Full jitter, so that nodes that lost the same server do not come back together: https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ */
  function pauseBefore(attempts: number): number {
    return random() * Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempts, 10))
  }

  return {
    isFresh: () => session !== undefined && now() - session.heardUntil() < FRESH_MS,
    async close() {
      closing.abort()
      await session?.end()
      await keeping
    },
  }
}
