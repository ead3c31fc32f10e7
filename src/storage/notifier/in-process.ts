import type { Notifier } from "../../shares/ports.ts"
import { createSubscriptions } from "./subscriptions.ts"

/** Tells the subscribers of this process, which is the only one. */
export function createInProcessNotifier(): Notifier {
  const { tell, subscribe } = createSubscriptions()
  return { shared: false, publish: tell, subscribe, isFresh: () => true, close: async () => {} }
}
