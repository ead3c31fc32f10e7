import { type BudgetState, type Limiter, LimitReached, type Machine } from "../shares/ports.ts"
import { createRecent } from "../shares/recent.ts"

/** Wrong passwords by address. Whoever has given too many is refused with the right one as well. */
export interface Guesses {
  /** Throws LimitReached while the address has none left. Asks nothing but this node's memory. */
  check(address: string): void
  /** Counts a wrong one on this node, at once: whatever is asked for beside it may fail. */
  note(address: string): void
  /** Counts it on all nodes. Throws LimitReached when it was one too many, StorageError. */
  count(address: string): Promise<void>
}

/** Addresses that are remembered; beyond, the one that guessed longest ago is forgotten. */
const MOST_ADDRESSES = 50_000

/**
 * A right password must not cost a question to the database, so what is known here decides: the wrong ones given to
 * this node, and that the budget of all nodes has refused one. Counted before anything is waited for, as guesses that
 * come at once would otherwise all be looked at.
 */
export function createGuesses({
  limiter,
  machine,
}: {
  limiter: Limiter
  machine: Pick<Machine, "now">
}): Guesses {
  const { budget } = limiter
  const windows = createRecent<{ wrong: number; since: number }>(MOST_ADDRESSES)

  function windowOf(address: string): { wrong: number; since: number } {
    const known = windows.get(address)
    const age = machine.now() - (known?.since ?? 0)
    // A clock may be set back.
    return known && age >= 0 && age < budget.windowMs ? known : { wrong: 0, since: machine.now() }
  }

  return {
    check(address) {
      const { wrong, since } = windowOf(address)
      if (wrong < budget.limit) return
      const resetAfterMs = since + budget.windowMs - machine.now()
      throw new LimitReached(budget, { limit: budget.limit, remaining: 0, resetAfterMs })
    },
    note(address) {
      const { wrong, since } = windowOf(address)
      windows.set(address, { wrong: wrong + 1, since })
    },
    async count(address) {
      const { allowed, ...state } = await limiter.take(address)
      if (allowed) return
      windows.set(address, { wrong: budget.limit, since: startOf(state) })
      throw new LimitReached(budget, state)
    },
  }

  function startOf({ resetAfterMs }: BudgetState): number {
    return machine.now() - Math.max(0, budget.windowMs - resetAfterMs)
  }
}
