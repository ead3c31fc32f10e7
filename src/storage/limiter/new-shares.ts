import { type Limiter, LimitReached, type MetaStore, type NewShare } from "../../shares/ports.ts"

/** Undefined where nothing is limited. */
export interface NewShareLimiters {
  byAddress: Limiter | undefined
  byToken: Limiter | undefined
}

/**
 * The store, with every share that comes to be in it counted against the token that it was made with or, where there
 * was none, against its address. Counted here and not at the door,
 * so that a creation that answers an existing share, or fails, costs nothing, and is answered when there is no room
 * for a new one. Both ways of making a share throw {@link LimitReached}.
 */
export function limitNewShares(meta: MetaStore, { byAddress, byToken }: NewShareLimiters): MetaStore {
  /** Takes first: shares that are made at once cannot together be more than the limit. */
  async function counted({ address, tokenID }: NewShare, make: () => Promise<boolean>): Promise<boolean> {
    const [limiter, key] = tokenID === undefined ? [byAddress, address] : [byToken, tokenID]
    if (!limiter) return make()
    const { allowed, ...state } = await limiter.take(key)
    if (!allowed) throw new LimitReached(limiter.budget, state)
    let made = false
    try {
      made = await make()
      return made
    } finally {
      // What cannot be given back now is free at the end of its window.
      if (!made) await limiter.giveBack(key).catch(() => {})
    }
  }

  return {
    ...meta,
    createShare: (share) => counted(share, () => meta.createShare(share)),
    reuseShare: (share, was) => counted(share, () => meta.reuseShare(share, was)),
  }
}
