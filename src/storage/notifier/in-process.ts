import type { Notifier } from "../../shares/ports.ts"
import { createHearers } from "./hearers.ts"
import { createSubscriptions } from "./subscriptions.ts"

/** Tells the subscribers of this process, which is the only one. */
export function createInProcessNotifier(): Notifier {
  const { tell, subscribe } = createSubscriptions()
  const hearers = createHearers()
  const viewers = new Map<string, number>()
  return {
    shared: false,
    publish: tell,
    subscribe,
    isFresh: () => true,
    setViewers(shareID, count) {
      if (count > 0) viewers.set(shareID, count)
      else viewers.delete(shareID)
    },
    viewers: (shareID) => viewers.get(shareID) ?? 0,
    pass: hearers.tell,
    hear: hearers.hear,
    close: async () => {},
  }
}
