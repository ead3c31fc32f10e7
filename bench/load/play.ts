import { setTimeout as sleep } from "node:timers/promises"
import type { BackingFigures } from "../backing-figures.ts"
import { inRows } from "./in-rows.ts"
import { openAudience, type Seen } from "./open-audience.ts"
import { doorOf, type LoadSettings } from "./options.ts"
import type { ServerFigures } from "./server-figures.ts"
import { beginSession, beginTold, type LiveSession, type Told } from "./session.ts"
import type { Target } from "./target.ts"

/** What was asked of a server, and what became of it. */
export interface Played {
  /** That could be created, and the viewers that followed one of them when all had come. */
  sessions: number
  following: number
  beginning: Stage
  /** Sessions alone; absent when nobody came after. */
  alone: Stage | undefined
  /** A viewer of each share comes, while nothing is said: one page, which nobody has read before, and one stream. */
  opening: Stage | undefined
  /** The others come: pages from memory. */
  joining: Stage | undefined
  /** With all viewers there. */
  playing: Stage
  removing: Stage
  /** What was refused, of all this and between: `sync 429` → how often. */
  refused: Record<string, number>
}

export interface Stage {
  seconds: number
  told: Told
  seen: Seen | undefined
  server: { before: ServerFigures; after: ServerFigures } | undefined
  backing: { before: BackingFigures; after: BackingFigures } | undefined
  /** Processor seconds of this process, which plays the sessions. */
  ownCPU: number
}

/** Sessions that are begun or removed at the same moment. */
const AT_ONCE = 10
/** Of the time, so much goes to the sessions alone. */
const ALONE = 0.25
/** Sessions spread over this before anything is counted; and what was sent last arrives in it. */
const SETTLE_MS = 1_500
/** So many viewers a second come at the least; who has not come by then, stays away. */
const SLOWEST_ARRIVAL = 5

export async function playLoad(
  target: Target,
  settings: LoadSettings,
  say: (line: string) => void,
): Promise<Played> {
  const { url, token } = target
  const { history, door } = settings
  /** Between stages: what of it failed is told, and nothing else. */
  const between = beginTold()
  let told = between
  let seen: (() => Seen) | undefined
  const sessions: LiveSession[] = []
  const byNumber = new Map<number, LiveSession>()

  async function stage(work: () => Promise<unknown>): Promise<Stage> {
    const backed = await target.backing()
    const before = await target.figures()
    told = beginTold()
    const counted = told
    const own = process.cpuUsage()
    const began = performance.now()
    await work()
    told = between
    const seconds = (performance.now() - began) / 1_000
    const { user, system } = process.cpuUsage(own)
    const after = await target.figures()
    const backedAfter = await target.backing()
    return {
      seconds,
      told: counted,
      seen: seen?.(),
      server: before && after && { before, after },
      backing: backed && backedAfter && { before: backed, after: backedAfter },
      ownCPU: (user + system) / 1e6,
    }
  }

  const playMS = settings.minutes * 60_000
  const syncs = Math.ceil((playMS + 10 * SETTLE_MS) / 1_000)

  say(`beginning ${settings.sessions} sessions on ${target.about}`)
  const beginning = await stage(() =>
    inRows(settings.sessions, AT_ONCE, async (number) => {
      const session = await beginSession({
        number,
        url,
        token,
        door: doorOf(door, number),
        seed: number + 1,
        history,
        syncs,
        told: () => told,
      })
      if (!session) return
      sessions.push(session)
      byNumber.set(number, session)
    }),
  )

  const viewers = sessions.length === 0 ? 0 : settings.viewers
  const audience = await openAudience({
    url,
    sentAt: (share, revision) => byNumber.get(share)?.sentAt(revision),
  })

  async function perform(ms: number): Promise<Stage> {
    let stop = () => {}
    const until = new Promise<void>((resolve) => {
      stop = resolve
    })
    const played = sessions.map((session) => session.play({ until, told: () => told }))
    await sleep(SETTLE_MS)
    audience.reset()
    const counted = await stage(() => sleep(ms))
    await sleep(SETTLE_MS)
    stop()
    await Promise.all(played)
    return counted
  }

  async function admit(from: number, to: number): Promise<Stage> {
    audience.reset()
    return stage(() => {
      for (let viewer = from; viewer < to; viewer++) {
        const session = sessions[viewer % sessions.length]
        if (session) audience.watch(viewer, session)
      }
      const patience = ((to - from) / SLOWEST_ARRIVAL) * 1_000 + 10_000
      return audience.settled(patience).catch((error) => say(String(error)))
    })
  }

  try {
    let [alone, opening, joining]: (Stage | undefined)[] = []
    if (viewers > 0) {
      alone = await perform(playMS * ALONE)
      say(`${viewers} viewers come`)
      seen = () => audience.seen
      const firsts = Math.min(viewers, sessions.length)
      opening = await admit(0, firsts)
      if (firsts < viewers) joining = await admit(firsts, viewers)
    }
    const { following } = audience
    say(`playing ${sessions.length} sessions to ${following} viewers`)
    const playing = await perform(playMS * (viewers === 0 ? 1 : 1 - ALONE))
    await audience.close()
    seen = undefined
    const removing = await stage(async () => {
      if (!settings.keep) await inRows(sessions.length, AT_ONCE, async (at) => sessions[at]?.remove())
    })
    const stages = { beginning, alone, opening, joining, playing, removing }
    const failures = [between, ...Object.values(stages).map((stage) => stage?.told)].map(
      (each) => each?.failures.counts,
    )
    return {
      sessions: sessions.length,
      following,
      ...stages,
      refused: total([...failures, audience.refused]),
    }
  } finally {
    await audience.close()
  }
}

function total(counts: readonly (Readonly<Record<string, number>> | undefined)[]): Record<string, number> {
  const all: Record<string, number> = {}
  for (const [name, count] of counts.flatMap((each) => Object.entries(each ?? {})))
    all[name] = (all[name] ?? 0) + count
  return all
}
