import { setMaxListeners } from "node:events"
import { setTimeout as sleep } from "node:timers/promises"
import { openAudience } from "../load/open-audience.ts"
import { doorOf, type SoakSettings } from "../load/options.ts"
import { beginSession, beginTold, type LiveSession, type Told } from "../load/session.ts"
import type { Target } from "../load/target.ts"

/** A load that is always as large and never the same: sessions begin and are revoked, viewers come and go. */
export interface Churn {
  readonly told: Told
  /** What was refused to viewers, but for pages of what had just been revoked. */
  readonly refused: Readonly<Record<string, number>>
  readonly events: number
  readonly begun: number
  readonly revoked: number
  close(): Promise<void>
}

/** Seconds that a viewer stays, about. */
const STAY = 30
/** Who comes to a share at the moment of its end. */
const TOO_LATE = ["page 410", "stream 410"]

export async function startChurn(target: Target, settings: SoakSettings): Promise<Churn> {
  const { url, token } = target
  const { sessions, viewers, history, door, life } = settings
  const told = beginTold()
  /** Who plays in each place. */
  const places: (LiveSession | undefined)[] = []
  /** The same, as viewers' news name them. */
  const byNumber = new Map<number, LiveSession>()
  const stop = new AbortController()
  // Every session that lives waits for it.
  setMaxListeners(sessions + 1, stop.signal)
  const wait = (seconds: number) =>
    sleep(seconds * 1_000, undefined, { signal: stop.signal }).catch(() => undefined)
  let [begun, revoked] = [0, 0]
  const audience = await openAudience({
    url,
    sentAt: (share, revision) => byNumber.get(share)?.sentAt(revision),
  })

  async function occupy(place: number): Promise<void> {
    // The first ones live for different times, so that later ones end one by one.
    let seconds = (life * (place + 1)) / sessions
    while (!stop.signal.aborted) {
      const number = begun++
      const session = await beginSession({
        number,
        url,
        token,
        door: doorOf(door, number),
        seed: number + 1,
        history,
        syncs: life,
        told: () => told,
      })
      const lived = wait(session ? seconds : 1)
      if (session) {
        places[place] = session
        byNumber.set(number, session)
        for (let viewer = place; viewer < viewers; viewer += sessions) audience.watch(viewer, session)
        await session.play({ until: lived, told: () => told })
      }
      await lived
      places[place] = undefined
      if (session) {
        await session.remove()
        byNumber.delete(number)
        revoked++
      }
      seconds = life
    }
  }

  async function comeAndGo(): Promise<void> {
    let next = 0
    while (!stop.signal.aborted) {
      await wait(1)
      for (let i = 0; i < viewers / STAY; i++, next++) {
        const session = places[(next % viewers) % sessions]
        if (session) audience.watch(next % viewers, session)
      }
    }
  }

  const all = [comeAndGo(), ...Array.from({ length: sessions }, (_, place) => occupy(place))]
  return {
    told,
    get refused() {
      return Object.fromEntries(Object.entries(audience.refused).filter(([name]) => !TOO_LATE.includes(name)))
    },
    get events() {
      return audience.seen.events
    },
    get begun() {
      return begun
    },
    get revoked() {
      return revoked
    },
    async close() {
      stop.abort()
      await Promise.all(all)
      await audience.close()
    },
  }
}
