import { monotonic } from "./audience-messages.ts"
import { createHistogram } from "./histogram.ts"
import { createFailures } from "./refused.ts"
import { type Spoken, spoken } from "./spoken.ts"
import { VOICES, type Voice } from "./voice.ts"

/** What several sessions have done so far. */
export interface Told {
  /** Syncs that were answered; those of them that changed something. */
  syncs: number
  changes: number
  bytes: number
  /** Milliseconds from a sync's sending to its answer. */
  latency: ReturnType<typeof createHistogram>
  failures: ReturnType<typeof createFailures>
}

export function beginTold(): Told {
  return { syncs: 0, changes: 0, bytes: 0, latency: createHistogram(), failures: createFailures() }
}

/** A session that is live: created, told what it has been so far, and ready to be played. */
export interface LiveSession {
  number: number
  id: string
  /** A sync a second until `until` resolves, or there is nothing more to say. Never throws. */
  play(options: { until: Promise<void>; told(): Told }): Promise<void>
  remove(): Promise<void>
  /** When a revision was sent, by {@link monotonic}; undefined for what is older than a few minutes. */
  sentAt(revision: number): number | undefined
}

export interface SessionOptions extends Omit<Spoken, "sessionID"> {
  number: number
  url: string
  token: string | undefined
  door: keyof typeof VOICES
  told(): Told
}

/** OpenCode says about once a second what has changed. */
const INTERVAL_MS = 1_000
const KEPT_TIMES = 256

/** Undefined when it could not be created: the failure is told. */
export async function beginSession(options: SessionOptions): Promise<LiveSession | undefined> {
  const { number, url, token, door, told: toldNow, ...rest } = options
  const sessionID = `ses_load${process.pid}n${number}`
  const times = new Map<number, number>()
  const syncs = spoken({ sessionID, ...rest })[Symbol.iterator]()
  let voice: Voice
  try {
    voice = await VOICES[door]({ url, sessionID, token })
  } catch (error) {
    toldNow().failures.add(error, "create")
    return undefined
  }
  await say(toldNow())

  /** One sync. False when there is none left. */
  async function say(told: Told): Promise<boolean> {
    const next = syncs.next()
    if (next.done) return false
    const began = monotonic()
    try {
      const { changed, bytes } = await voice.sync(next.value, (revision) => {
        times.set(revision, began)
        times.delete(revision - KEPT_TIMES)
      })
      told.latency.add(monotonic() - began)
      told.syncs++
      told.bytes += bytes
      if (changed) told.changes++
    } catch (error) {
      told.failures.add(error, "sync")
    }
    return true
  }

  return {
    number,
    id: voice.shareID,
    sentAt: (revision) => times.get(revision),
    async play({ until, told }) {
      let over = false
      const end = until.then(() => {
        over = true
      })
      // Sessions do not sync at the same moment of a second.
      let due = performance.now() + Math.random() * INTERVAL_MS
      while (!over) {
        await Promise.race([end, sleep(due - performance.now())])
        if (over || !(await say(told()))) return
        // Who is late goes on from there, and does not make up for it.
        due = Math.max(due + INTERVAL_MS, performance.now())
      }
    },
    async remove() {
      await voice.remove().catch((error) => toldNow().failures.add(error, "remove"))
    },
  }
}

function sleep(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(0, milliseconds)))
}
