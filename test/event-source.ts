import type { LiveEvents } from "../src/protocol/patch.ts"
import { waitFor } from "./wait.ts"

export interface ReceivedEvent {
  id: number | undefined
  event: keyof LiveEvents
  data: unknown
}

export interface EventReader {
  readonly received: readonly ReceivedEvent[]
  /** Whether the server has closed the stream. */
  hasEnded(): boolean
  waitForEvent(what: string, matches: (event: ReceivedEvent) => boolean): Promise<ReceivedEvent>
  close(): void
}

/** Reads a stream of server-sent events as the bytes come, without a browser's own reconnecting. */
export async function readEvents(url: string, headers: Record<string, string> = {}): Promise<EventReader> {
  const abort = new AbortController()
  const response = await fetch(url, { headers, signal: abort.signal })
  if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`)
  const received: ReceivedEvent[] = []
  let ended = false
  const body = response.body.pipeThrough(new TextDecoderStream())
  const reading = (async () => {
    let text = ""
    for await (const chunk of body) {
      text += chunk
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        const event = parseEvent(text.slice(0, end))
        if (event) received.push(event)
        text = text.slice(end + 2)
      }
    }
  })()
  reading.then(
    () => {
      ended = true
    },
    () => {
      ended = true
    },
  )
  return {
    received,
    hasEnded: () => ended,
    waitForEvent: (what, matches) =>
      waitFor(what, () => received.find(matches), { interval: 2, details: () => JSON.stringify(received) }),
    close: () => abort.abort(),
  }
}

function parseEvent(block: string): ReceivedEvent | undefined {
  const fields = new Map(
    block.split("\n").map((line) => line.split(/: (.*)/s).slice(0, 2) as [string, string]),
  )
  const event = fields.get("event")
  if (event === undefined) return undefined
  const id = fields.get("id")
  return {
    id: id === undefined ? undefined : Number(id),
    event: event as keyof LiveEvents,
    data: JSON.parse(fields.get("data") ?? "null"),
  }
}
