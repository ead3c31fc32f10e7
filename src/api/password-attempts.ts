import type { Context } from "hono"
import { ShareError } from "../protocol/errors.ts"
import { type Limiter, LimitReached } from "../shares/ports.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { networkOf } from "./network.ts"
import { createTurns } from "./turns.ts"

/** Passwords that are tried at once: each takes 32 MiB and a processor for a moment. */
const AT_ONCE = 2
const MOST_WAITING = 16

export interface PasswordAttempts {
  /** Resolves to the capability. Throws what `shares.unlock` throws, LimitReached, and `unavailable`. */
  unlock(c: Context<ApiEnv>, attempt: { shareID: string; password: string }): Promise<string>
}

/**
 * Tries passwords, and counts the wrong ones: by share and address, and by share from everywhere. Counted before a
 * password is looked at, so that many at once are no more than the limit.
 */
export function createPasswordAttempts({
  shares,
  limiters,
  machine,
}: Pick<ApiDeps, "shares" | "limiters" | "machine">): PasswordAttempts {
  const turns = createTurns({ atOnce: AT_ONCE, maxWaiting: MOST_WAITING, what: "passwords" })

  async function take(limiter: Limiter | undefined, key: string): Promise<() => Promise<void>> {
    if (!limiter) return async () => {}
    const { allowed, ...state } = await limiter.take(key)
    if (!allowed) throw new LimitReached(limiter.budget, state)
    return () => limiter.giveBack(key)
  }

  return {
    async unlock(c, { shareID, password }) {
      const from = machine.hash(`password:${shareID}:${networkOf(c.env.address)}`)
      const taken = [
        await take(limiters.passwords, from),
        await take(limiters["share-passwords"], machine.hash(`password:${shareID}`)),
      ]
      const end = await turns.begin()
      let wrong = false
      try {
        return await shares.unlock({ shareID, password })
      } catch (error) {
        wrong = error instanceof ShareError && error.code === "forbidden"
        throw error
      } finally {
        end()
        // What cannot be given back is free at the end of its window.
        if (!wrong) await Promise.all(taken.map((giveBack) => giveBack().catch(() => {})))
      }
    },
  }
}
