import { type Limiter, LimitReached, type MetaStore, type NewShare } from "../../shares/ports.ts"

/**
 * The store, with every share that comes to be in it counted against its address. Counted here and not at the door,
 * so that a creation that answers an existing share, or fails, costs nothing, and is answered when there is no room
 * for a new one. Both ways of making a share throw {@link LimitReached}.
 */
export function limitNewShares(meta: MetaStore, limiter: Limiter): MetaStore {
  /** Takes first: shares that are made at once cannot together be more than the limit. */
  async function counted({ address }: NewShare, make: () => Promise<boolean>): Promise<boolean> {
    const { allowed, ...state } = await limiter.take(address)
    if (!allowed) throw new LimitReached(limiter.budget, state)
    let made = false
    try {
      made = await make()
      return made
    } finally {
      // What cannot be given back now is free at the end of its window.
      if (!made) await limiter.giveBack(address).catch(() => {})
    }
  }

  return {
    ...meta,
    createShare: (share) => counted(share, () => meta.createShare(share)),
    reuseShare: (share, was) => counted(share, () => meta.reuseShare(share, was)),
  }
}
