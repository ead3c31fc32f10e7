import { randomUUID } from "node:crypto"
import type { Notifier } from "../../shares/ports.ts"
import { createHearers } from "./hearers.ts"
import { createLiveReader, encodeLive, type LiveMessage } from "./live-channel.ts"
import { createPassQueue } from "./pass-queue.ts"
import { type Counts, createPresence, PRESENCE_BEAT_MS } from "./presence.ts"

/** Who watches where, and passing text, told between nodes. */
export interface LiveExchange extends Pick<Notifier, "setViewers" | "viewers" | "pass" | "hear"> {
  /** What the channel brings, this node's own included. */
  onPayload(payload: string): void
  /** The channel is open, the first time or again: tells who watches here, and asks the others. */
  begin(): void
  /** Tells the others that nobody watches here any more. */
  end(): Promise<void>
}

export interface LiveExchangeOptions {
  /** Sends to the other nodes; false when there is no way to them now. May throw. */
  send(payloads: string[]): Promise<boolean>
  /** Milliseconds that never go back. */
  now(): number
}

/** Nodes tell each other at most so often, and wait for each telling's end: news goes in between. */
const PACE_MS = 100
/** Shares in one message. */
const AT_ONCE = 200

export function createLiveExchange({ send, now }: LiveExchangeOptions): LiveExchange {
  const node = randomUUID()
  const presence = createPresence(now)
  const { tell, hear } = createHearers()
  const queue = createPassQueue()
  const read = createLiveReader()
  /** Counts that the others do not know yet. */
  const changed = new Map<string, number>()
  let asking = false
  let number = 0
  let sending = false
  /** Something came while a telling was under way. */
  let again = false
  let timer: ReturnType<typeof setTimeout> | undefined

  function soon(): void {
    timer ??= setTimeout(() => void flush(), PACE_MS).unref()
  }

  async function flush(): Promise<void> {
    timer = undefined
    if (sending) {
      again = true
      return
    }
    const counts = [...changed]
    const messages: LiveMessage[] = [...presenceMessages(counts, asking), ...queue.take()]
    if (messages.length === 0) return
    changed.clear()
    sending = true
    // Counts that are not sent now are told by the next beat, or when the channel is open again.
    const sent = await send(messages.flatMap((message) => encodeLive(node, ++number, message))).catch(
      () => false,
    )
    if (sent) asking = false
    sending = false
    if (again) soon()
    again = false
  }

  function tellAll(): void {
    for (const [shareID, count] of presence.own()) changed.set(shareID, count)
    if (changed.size > 0 || asking) soon()
  }

  const beat = setInterval(() => {
    presence.forgetSilent()
    tellAll()
  }, PRESENCE_BEAT_MS).unref()

  return {
    hear,
    viewers: presence.total,
    setViewers(shareID, count) {
      presence.set(shareID, count)
      changed.set(shareID, count)
      soon()
    },
    pass(shareID, passing) {
      tell(shareID, passing)
      if (presence.elsewhere(shareID) === 0) return
      queue.add(shareID, passing)
      soon()
    },
    onPayload(payload) {
      const heard = read(payload)
      if (!heard || heard.node === node) return
      const { message } = heard
      if ("share" in message) return tell(message.share, message.passing)
      presence.hear(heard.node, message.viewers)
      if (message.ask) tellAll()
    },
    begin() {
      asking = true
      tellAll()
    },
    async end() {
      clearInterval(beat)
      clearTimeout(timer)
      const counts = presence.own().map(([shareID]) => [shareID, 0] as const)
      const payloads = presenceMessages(counts, false).flatMap((message) =>
        encodeLive(node, ++number, message),
      )
      if (payloads.length > 0) await send(payloads).catch(() => false)
    },
  }
}

function presenceMessages(counts: Counts, ask: boolean): LiveMessage[] {
  const messages: LiveMessage[] = []
  for (let at = 0; at < counts.length; at += AT_ONCE)
    messages.push({ viewers: counts.slice(at, at + AT_ONCE) })
  return ask ? [...messages, { viewers: [], ask }] : messages
}
