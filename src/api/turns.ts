import { ShareError } from "../protocol/errors.ts"

export interface Turns {
  /** Resolves when it is this one's turn, to what ends it. Throws `unavailable` when too many wait. */
  begin(): Promise<() => void>
}

export interface TurnsOptions {
  atOnce: number
  maxWaiting: number
  /** As a refusal names it: `searches`. */
  what: string
}

/** Who may do what takes much of a processor, or of memory, for a moment. */
export function createTurns({ atOnce, maxWaiting, what }: TurnsOptions): Turns {
  const waiting: (() => void)[] = []
  let running = 0

  function end(): void {
    const next = waiting.shift()
    // A turn is handed on, so that nobody who comes now is before those who wait.
    if (next) next()
    else running--
  }

  return {
    async begin() {
      if (running < atOnce) running++
      else if (waiting.length >= maxWaiting) throw tooMany(what)
      else await new Promise<void>((resolve) => waiting.push(resolve))
      let ended = false
      return () => {
        if (!ended) end()
        ended = true
      }
    },
  }
}

function tooMany(what: string): ShareError {
  return new ShareError("unavailable", `Too many ${what} are under way. Please try again in a moment.`)
}
