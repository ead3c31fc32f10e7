import type { Context } from "hono"
import { ShareError } from "../protocol/errors.ts"
import { type Limiter, LimitReached } from "../shares/ports.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { networkOf } from "./network.ts"

export interface PasswordAttempts {
  /** Resolves to the capability. Throws what `shares.unlock` throws, and LimitReached. */
  unlock(c: Context<ApiEnv>, attempt: { shareID: string; password: string }): Promise<string>
}

/**
 * Tries passwords, and counts the wrong ones: by share and address, and by share from everywhere. Counted before a
 * password is looked at, so that many at once are no more than the limit; and only of shares that ask for one, so that
 * nobody can have the counts forgotten by asking for others.
 */
export function createPasswordAttempts({
  shares,
  limiters,
  machine,
}: Pick<ApiDeps, "shares" | "limiters" | "machine">): PasswordAttempts {
  /** What gives the tries back. Takes none when one of them is not left. */
  async function take(wanted: readonly (readonly [Limiter | undefined, string])[]) {
    const taken: (() => Promise<void>)[] = []
    // What cannot be given back is free at the end of its window.
    const giveBack = async () => void (await Promise.all(taken.map((each) => each().catch(() => {}))))
    for (const [limiter, key] of wanted) {
      if (!limiter) continue
      const { allowed, ...state } = await limiter.take(key)
      if (!allowed) {
        await giveBack()
        throw new LimitReached(limiter.budget, state)
      }
      taken.push(() => limiter.giveBack(key))
    }
    return giveBack
  }

  return {
    async unlock(c, { shareID, password }) {
      await shares.requireLocked(shareID)
      const giveBack = await take([
        [limiters.passwords, machine.hash(`password:${shareID}:${networkOf(c.env.address)}`)],
        [limiters["share-passwords"], machine.hash(`password:${shareID}`)],
      ])
      try {
        const capability = await shares.unlock({ shareID, password })
        await giveBack()
        return capability
      } catch (error) {
        const wrong = error instanceof ShareError && error.code === "forbidden"
        if (!wrong) await giveBack()
        throw error
      }
    },
  }
}
