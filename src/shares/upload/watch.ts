import { requireActive } from "../active.ts"
import type { MetaStore, Notifier } from "../ports.ts"
import { isFrozen, type PlainForm } from "./plain.ts"

/** How often somebody looks for those who watch, while an upload may come and while none can. */
const LOOK_MS = 1_000
const IDLE_MS = 5_000

/**
 * Watching a share. Uploads of the plain form tell nobody, so as long as somebody watches one, its object is looked
 * at; what a look finds is news like any other.
 */
export function createWatch({
  meta,
  notifier,
  plain,
  now,
}: {
  meta: MetaStore
  notifier: Notifier
  plain: PlainForm
  now: () => number
}): Notifier["subscribe"] {
  const followed = new Map<string, { watchers: number; stop: () => void }>()

  function follow(shareID: string): () => void {
    let timer: ReturnType<typeof setTimeout> | undefined
    let stopped = false
    const again = (delay: number) => {
      if (!stopped) timer = setTimeout(look, delay)
    }
    async function look(): Promise<void> {
      try {
        const row = await meta.findShare(shareID)
        if (row?.state !== "active") return
        const share = requireActive(row)
        if (share.settled) return
        await plain.look(share)
        again(isFrozen(share, now()) ? IDLE_MS : LOOK_MS)
      } catch {
        // The store or the database is away; readers are told, and this goes on.
        again(IDLE_MS)
      }
    }
    look()
    return () => {
      stopped = true
      clearTimeout(timer)
    }
  }

  return (shareID, listener) => {
    const unsubscribe = notifier.subscribe(shareID, listener)
    const known = followed.get(shareID)
    const entry = known ?? { watchers: 0, stop: follow(shareID) }
    entry.watchers++
    followed.set(shareID, entry)
    let ended = false
    return () => {
      if (ended) return
      ended = true
      unsubscribe()
      entry.watchers--
      if (entry.watchers > 0) return
      entry.stop()
      followed.delete(shareID)
    }
  }
}
