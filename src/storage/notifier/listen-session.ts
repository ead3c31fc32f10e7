import { randomUUID } from "node:crypto"
import { Socket } from "node:net"
import pg from "pg"
import { connectionConfig } from "../postgres/connection.ts"

export interface SessionOptions {
  url: string
  /** Channel → what takes the payloads that anybody sends to it. Must not throw. */
  channels: Readonly<Record<string, (payload: string) => void>>
  /** Called once the connection listens; until it resolves, the session is not open. */
  onListening(query: Query): Promise<void>
  /** Milliseconds that never go back. */
  now(): number
}

export type Query = (sql: string, values: unknown[]) => Promise<Record<string, unknown>[]>

/** One connection that listens. */
export interface ListenSession {
  query: Query
  /** When the newest heartbeat that came back had been sent: what was sent before it has arrived. */
  heardUntil(): number
  /** Resolves when the connection is no more, to the reason. */
  lost: Promise<unknown>
  end(): Promise<void>
}

/** Three beats within the second that counts as fresh. */
const BEAT_MS = 300
/** A connection on which so many beats go by unheard is given up. Counted, as time also passes while we are busy. */
const MOST_UNHEARD = 12
/** What a goodbye may take before the connection is cut. */
const GOODBYE_MS = 1_000

const NOT_HEARD =
  "what it is told by NOTIFY does not come back, as through a pooler that shares connections; connect to the server itself"

/** Resolves once the connection has heard itself. */
export async function openListenSession(options: SessionOptions): Promise<ListenSession> {
  const { url, channels, onListening, now } = options
  // A channel of its own, as NOTIFY keeps its order: what arrives there has passed all that was sent before it.
  const pulse = `better_share_${randomUUID().replaceAll("-", "")}`
  const socket = new Socket()
  const config = connectionConfig({ url, name: "better-share listen" })
  const client = new pg.Client({ ...config, stream: () => socket })
  const query: Query = async (sql, values) => (await client.query(sql, values)).rows
  let heardUntil = now()
  let unheard = 0
  let beat: ReturnType<typeof setInterval> | undefined

  let lose: (reason: unknown) => void = () => {}
  const lost = new Promise<unknown>((resolve) => {
    lose = resolve
  })
  client.on("error", lose)
  client.on("end", () => lose(new Error("Connection terminated")))

  const heardItself = new Promise<void>((resolve) => {
    client.on("notification", ({ channel: from, payload = "" }) => {
      if (from !== pulse) return channels[from]?.(payload)
      heardUntil = Math.max(heardUntil, Number(payload))
      unheard = 0
      resolve()
    })
  })

  let listening = false
  let answered = true
  function keepBeat(): void {
    if (++unheard > MOST_UNHEARD) lose(new Error(answered ? NOT_HEARD : "Connection terminated: no answer"))
    else if (listening && answered) sendBeat()
  }

  async function sendBeat(): Promise<void> {
    answered = false
    // What ends the connection is told by its events; after any other failure the next beat tries again.
    await query("select pg_notify($1, $2)", [pulse, String(now())]).catch(() => {})
    answered = true
  }

  async function open(): Promise<void> {
    await client.connect()
    beat = setInterval(keepBeat, BEAT_MS)
    // After a crash of the server nobody listens any more, so news need not wait for its disk.
    const listens = [...Object.keys(channels), pulse].map((channel) => `listen ${channel}`)
    await client.query(["set synchronous_commit = off", ...listens].join("; "))
    // Only what is read once LISTEN is committed shows everything that it does not bring:
    // https://www.postgresql.org/docs/current/sql-listen.html
    await onListening(query)
    listening = true
    sendBeat()
    await heardItself
  }

  async function end(): Promise<void> {
    clearInterval(beat)
    let timer: ReturnType<typeof setTimeout> | undefined
    const patience = new Promise((resolve) => {
      timer = setTimeout(resolve, GOODBYE_MS)
    })
    await Promise.race([client.end().catch(() => {}), patience])
    clearTimeout(timer)
    socket.destroy()
  }

  const failed = lost.then((reason) => {
    throw reason
  })
  try {
    await Promise.race([open(), failed])
  } catch (error) {
    await end()
    throw error
  }
  failed.catch(end)
  return { query, heardUntil: () => heardUntil, lost, end }
}
