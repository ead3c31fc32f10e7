import { type ChildProcess, fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import { waitFor } from "../../test/wait.ts"
import type { AudienceOrder, AudienceReport } from "./audience-messages.ts"
import { createHistogram } from "./histogram.ts"

/** Viewers in a process of their own, so that what they do is not in the way of those who write. */
export interface Audience {
  watch(viewer: number, share: { number: number; id: string }): void
  leave(viewer: number): void
  /** Resolves when all who were asked to watch do so, or were refused. */
  settled(timeout: number): Promise<void>
  /** What has come so far, or since the last `reset`. */
  readonly seen: Seen
  reset(): void
  /** From the beginning on: `page 429` → how often. */
  readonly refused: Readonly<Record<string, number>>
  readonly following: number
  close(): Promise<void>
}

export interface Seen {
  events: number
  bytes: number
  refreshes: number
  ended: number
  /** Milliseconds. */
  delay: ReturnType<typeof createHistogram>
  firstByte: ReturnType<typeof createHistogram>
  wholePage: ReturnType<typeof createHistogram>
  pageBytes: number
  /** Of the process's own event loop, in milliseconds: what is measured is late by it. */
  lag: number
}

export interface AudienceOptions {
  url: string
  /** When this revision of a share was sent, by {@link monotonic}. */
  sentAt(share: number, revision: number): number | undefined
}

export async function openAudience({ url, sentAt }: AudienceOptions): Promise<Audience> {
  const child: ChildProcess = fork(fileURLToPath(new URL("audience.ts", import.meta.url)), [url])
  let seen = begin()
  const refused: Record<string, number> = {}
  let last: AudienceReport | undefined
  /** Reports since the last order: one that was under way does not know of it. */
  let reports = 0
  let ended = false

  child.on("exit", () => {
    ended = true
  })
  child.on("message", (report: AudienceReport) => {
    last = report
    reports++
    seen.events += report.events
    seen.bytes += report.bytes
    seen.refreshes += report.refreshes
    seen.ended += report.ended
    seen.lag = Math.max(seen.lag, report.lag.p99)
    for (const [name, count] of Object.entries(report.refused)) refused[name] = (refused[name] ?? 0) + count
    for (const [first = 0, whole = 0, bytes = 0] of groups(report.pages, 3)) {
      seen.firstByte.add(first)
      seen.wholePage.add(whole)
      seen.pageBytes += bytes
    }
    for (const [share = 0, from = 0, to = 0, at = 0, since = 0] of groups(report.news, 5)) {
      for (let revision = from + 1; revision <= to; revision++) {
        const sent = sentAt(share, revision)
        // Who came later was brought up to date, which is another matter.
        if (sent !== undefined && sent >= since) seen.delay.add(at - sent)
      }
    }
  })
  function send(order: AudienceOrder): void {
    reports = 0
    child.send(order)
  }

  return {
    watch(viewer, { number, id }) {
      send({ watch: [{ viewer, share: number, shareID: id }] })
    },
    leave(viewer) {
      send({ leave: [viewer] })
    },
    async settled(timeout) {
      const isSettled = () => ended || (reports > 1 && last?.onTheirWay === 0)
      await waitFor("the viewers", isSettled, { timeout, interval: 50 })
      if (ended) throw new Error("the process with the viewers has ended")
    },
    get seen() {
      return seen
    },
    reset() {
      seen = begin()
    },
    refused,
    get following() {
      return last?.following ?? 0
    },
    async close() {
      if (ended) return
      child.disconnect()
      await once(child, "exit")
    },
  }
}

function begin(): Seen {
  const [delay, firstByte, wholePage] = [createHistogram(), createHistogram(), createHistogram()]
  return {
    events: 0,
    bytes: 0,
    refreshes: 0,
    ended: 0,
    delay,
    firstByte,
    wholePage,
    pageBytes: 0,
    lag: 0,
  }
}

function* groups(values: readonly number[], size: number): Iterable<number[]> {
  for (let at = 0; at < values.length; at += size) yield values.slice(at, at + size)
}
