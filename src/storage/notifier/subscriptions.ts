import type { ShareNews } from "../../shares/ports.ts"
import { isNews, newerOf } from "./newer-news.ts"

type Listener = (news: ShareNews) => void

interface Subject {
  listeners: Set<Listener>
  /** What its listeners know. */
  told: ShareNews | undefined
}

/** Who on this node listens to which share, and what they have been told. */
export interface Subscriptions {
  /** Tells the share's listeners, in the order of their subscription, unless they know. */
  tell(news: ShareNews): void
  subscribe(shareID: string, listener: Listener): () => void
  /** Shares with listeners. */
  shareIDs(): string[]
  /** Whatever is told next is news: something may have been missed. */
  expectAnew(): void
}

export function createSubscriptions(): Subscriptions {
  const subjects = new Map<string, Subject>()
  return {
    tell(news) {
      const subject = subjects.get(news.shareID)
      if (!subject || !isNews(news, subject.told)) return
      subject.told = newerOf(subject.told, news)
      for (const listener of subject.listeners) listener(news)
    },
    subscribe(shareID, listener) {
      const subject = subjects.get(shareID) ?? { listeners: new Set<Listener>(), told: undefined }
      subjects.set(shareID, subject)
      // Its own function, so that one listener may subscribe twice.
      const own: Listener = (news) => listener(news)
      subject.listeners.add(own)
      return () => {
        subject.listeners.delete(own)
        if (subject.listeners.size === 0 && subjects.get(shareID) === subject) subjects.delete(shareID)
      }
    },
    shareIDs: () => [...subjects.keys()],
    expectAnew() {
      for (const subject of subjects.values()) subject.told = undefined
    },
  }
}
