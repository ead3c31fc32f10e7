/** Which session a subagent's belongs to, and which sessions OpenCode calls shared, as far as events have told. */
export interface SessionTree {
  learn(sessionID: string, parentID: string | undefined): void
  /** The session at the top; the session itself when nothing is known of a parent. */
  rootOf(sessionID: string): string
  /** True once, when a session that was shared no longer is. */
  hasUnshared(sessionID: string, shared: boolean): boolean
}

export function createSessionTree(): SessionTree {
  const parents = new Map<string, string>()
  const shared = new Set<string>()
  return {
    learn(sessionID, parentID) {
      if (parentID !== undefined && parentID !== sessionID) parents.set(sessionID, parentID)
    },
    rootOf(sessionID) {
      let root = sessionID
      // Bounded, as nothing promises that there is no circle.
      for (let depth = 0; depth < MOST_DEPTH; depth++) {
        const parent = parents.get(root)
        if (parent === undefined) break
        root = parent
      }
      return root
    },
    hasUnshared(sessionID, isShared) {
      const was = shared.has(sessionID)
      if (isShared) shared.add(sessionID)
      else shared.delete(sessionID)
      return was && !isShared
    },
  }
}

const MOST_DEPTH = 100
