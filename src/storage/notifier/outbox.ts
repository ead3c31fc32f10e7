import type { ShareNews } from "../../shares/ports.ts"
import { newerOf } from "./newer-news.ts"

/** News on its way to the other nodes: of each share the newest only, so that an outage cannot fill it. */
export interface Outbox {
  add(news: ShareNews): void
  /** Sends what waits. Resolves when nothing does, or nothing can be sent now. */
  flush(): Promise<void>
}

export interface OutboxOptions {
  /** Sends to the other nodes; false when there is no way to them now. May throw. */
  send(news: readonly ShareNews[]): Promise<boolean>
}

const AT_ONCE = 500
const RETRY_MS = 500

export function createOutbox({ send }: OutboxOptions): Outbox {
  const waiting = new Map<string, ShareNews>()
  let draining: Promise<void> | undefined

  function add(news: ShareNews): void {
    const known = waiting.get(news.shareID)
    // A commit's news may come behind that of the revocation that it overtook.
    if (known && known.state !== "active" && news.state === "active") return
    waiting.set(news.shareID, newerOf(known, news))
  }

  async function drain(): Promise<void> {
    try {
      while (waiting.size > 0 && (await sendSome())) {}
    } finally {
      draining = undefined
    }
  }

  /** False when the rest has to wait. */
  async function sendSome(): Promise<boolean> {
    const batch = [...waiting.values()].slice(0, AT_ONCE)
    for (const { shareID } of batch) waiting.delete(shareID)
    const sent = await send(batch).catch(() => {
      setTimeout(flush, RETRY_MS).unref()
      return false
    })
    if (!sent)
      for (const news of batch) waiting.set(news.shareID, newerOf(news, waiting.get(news.shareID) ?? news))
    return sent
  }

  function flush(): Promise<void> {
    if (waiting.size === 0) return Promise.resolve()
    draining ??= drain()
    return draining
  }

  return { add, flush }
}
