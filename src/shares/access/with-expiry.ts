import type { MetaStore, ShareRow } from "../ports.ts"

/**
 * The store, with every share whose time is over as good as gone from that moment on, whenever its deletion comes to
 * it. Here and not where shares are read: whoever asks for a row has the answer in it.
 */
export function withExpiry(meta: MetaStore, now: () => number): MetaStore {
  return {
    ...meta,
    async findShare(id) {
      const share = await meta.findShare(id)
      return share && (isOverdue(share, now()) ? { ...share, state: "expired" } : share)
    },
  }
}

export function isOverdue({ state, expiresAt }: Pick<ShareRow, "state" | "expiresAt">, now: number): boolean {
  return state === "active" && expiresAt !== undefined && expiresAt <= now
}
