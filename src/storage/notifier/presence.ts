/** Share and how many watch it. */
export type Counts = readonly (readonly [shareID: string, count: number])[]

/** How many watch which share: here, and at other nodes as far as they have said so lately. */
export interface Presence {
  set(shareID: string, count: number): void
  /** What this node would tell a node that knows nothing. */
  own(): Counts
  /** Takes what another node says; 0 forgets. */
  hear(node: string, counts: Counts): void
  /** At other nodes. */
  elsewhere(shareID: string): number
  total(shareID: string): number
  /** Lets go of what was not said again. */
  forgetSilent(): void
}

/** Nodes say it again every ten seconds while there is anybody. */
export const PRESENCE_BEAT_MS = 10_000
/** So long after the last time a count holds. */
export const PRESENCE_MS = 30_000

/** @param now milliseconds that never go back */
export function createPresence(now: () => number): Presence {
  const here = new Map<string, number>()
  /** By share, then by node. */
  const others = new Map<string, Map<string, { count: number; at: number }>>()

  function elsewhere(shareID: string): number {
    let sum = 0
    for (const { count, at } of others.get(shareID)?.values() ?? []) {
      if (now() - at < PRESENCE_MS) sum += count
    }
    return sum
  }

  function hearOne(node: string, shareID: string, count: number): void {
    const nodes = others.get(shareID) ?? new Map<string, { count: number; at: number }>()
    if (count > 0) nodes.set(node, { count, at: now() })
    else nodes.delete(node)
    if (nodes.size > 0) others.set(shareID, nodes)
    else others.delete(shareID)
  }

  return {
    set(shareID, count) {
      if (count > 0) here.set(shareID, count)
      else here.delete(shareID)
    },
    own: () => [...here],
    hear(node, counts) {
      for (const [shareID, count] of counts) hearOne(node, shareID, count)
    },
    elsewhere,
    total: (shareID) => (here.get(shareID) ?? 0) + elsewhere(shareID),
    forgetSilent() {
      for (const [shareID, nodes] of others) {
        for (const [node, { at }] of nodes) if (now() - at >= PRESENCE_MS) nodes.delete(node)
        if (nodes.size === 0) others.delete(shareID)
      }
    },
  }
}
