import type { ActiveShare } from "../active.ts"
import type { CountedViews, Log, Machine, MetaStore } from "../ports.ts"

/** Shares whose views are counted at once; of more, a crowd that opens everything, they are not. */
const MOST_SHARES = 10_000

export interface ViewCounter {
  /** Contract: must not throw, and costs a page nothing. */
  count(share: Pick<ActiveShare, "id" | "generation">): void
  /** Notes what was counted. What cannot be noted now is kept for the next time. */
  flush(): Promise<void>
}

/** How often shares are opened, in memory until it is noted: a crash loses the views of the last half minute. */
export function createViewCounter({
  meta,
  machine,
  log,
}: {
  meta: MetaStore
  machine: Machine
  log: Log
}): ViewCounter {
  let counted = new Map<string, CountedViews>()

  function add({ shareID, generation, views, at }: CountedViews): void {
    const name = `${shareID} ${generation}`
    const known = counted.get(name)
    if (known) {
      known.views += views
      known.at = Math.min(known.at, at)
    } else if (counted.size < MOST_SHARES) counted.set(name, { shareID, generation, views, at })
  }

  return {
    count: ({ id, generation }) => add({ shareID: id, generation, views: 1, at: machine.now() }),

    async flush() {
      if (counted.size === 0) return
      const noted = [...counted.values()]
      counted = new Map()
      try {
        await meta.addViews(noted)
      } catch (err) {
        log.warn({ err }, "could not note views yet")
        for (const views of noted) add(views)
      }
    },
  }
}
