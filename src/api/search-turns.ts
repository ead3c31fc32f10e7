import { ShareError } from "../protocol/errors.ts"

export interface SearchTurns {
  /** Resolves when it is this one's turn, to what ends it. Throws `unavailable` when too many wait. */
  begin(): Promise<() => void>
}

export interface SearchTurnsOptions {
  atOnce: number
  maxWaiting: number
}

/** Who may search: it takes more of a processor than anything that a reader can ask for. */
export function createSearchTurns({ atOnce, maxWaiting }: SearchTurnsOptions): SearchTurns {
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
      else if (waiting.length >= maxWaiting) throw tooMany()
      else await new Promise<void>((resolve) => waiting.push(resolve))
      let ended = false
      return () => {
        if (!ended) end()
        ended = true
      }
    },
  }
}

function tooMany(): ShareError {
  return new ShareError("unavailable", "Too many searches are under way. Please try again in a moment.")
}
