import type { Notifier, ShareNews } from "../../shares/ports.ts"

/** Tells the subscribers of this process, at once and in the order of their subscription. */
export function createInProcessNotifier(): Notifier {
  const listeners = new Map<string, Set<(news: ShareNews) => void>>()
  return {
    publish(news) {
      for (const listener of listeners.get(news.shareID) ?? []) listener(news)
    },
    subscribe(shareID, listener) {
      const known = listeners.get(shareID) ?? new Set()
      listeners.set(shareID, known.add(listener))
      return () => {
        known.delete(listener)
        if (known.size === 0 && listeners.get(shareID) === known) listeners.delete(shareID)
      }
    },
  }
}
