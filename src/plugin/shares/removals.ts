import { retryDelay } from "../../client/retry.ts"
import { ShareError } from "../../protocol/errors.ts"
import type { Receipt } from "../../protocol/routes.ts"
import type { PluginDeps } from "../plugin-deps.ts"
import type { KeyringEntry } from "./keyring.ts"
import type { OpenShares } from "./open-shares.ts"
import { removeShare } from "./remove-share.ts"

/** Shares that are to go: each is asked for until the server says that it is gone. */
export interface Removals {
  /** Throws when it could not be removed at once; it is asked for again then. */
  remove(entry: KeyringEntry): Promise<Receipt | undefined>
  /** Takes up a removal of an earlier run. */
  resume(entry: KeyringEntry): void
  stop(): void
}

export function createRemovals(deps: PluginDeps, shares: OpenShares): Removals {
  const timers = new Map<string, ReturnType<typeof setTimeout>>()
  let stopped = false
  const running = new Map<string, Promise<Receipt | undefined>>()

  /** OpenCode asks for it, and its events tell of it: one removal answers both. */
  function attempt(entry: KeyringEntry): Promise<Receipt | undefined> {
    const known = running.get(entry.shareID)
    if (known) return known
    const removing = removeShare(entry, { deps, api: shares.apiOf(entry.server) }).finally(() =>
      running.delete(entry.shareID),
    )
    running.set(entry.shareID, removing)
    return removing
  }

  function again(entry: KeyringEntry, failures: number): void {
    if (stopped || timers.has(entry.shareID)) return
    const timer = setTimeout(
      () => {
        timers.delete(entry.shareID)
        attempt(entry).then(
          () => tellLate(entry),
          () => again(entry, failures + 1),
        )
      },
      retryDelay(failures, deps.random()),
    )
    timer.unref?.()
    timers.set(entry.shareID, timer)
  }

  /** OpenCode was told that it failed, and believes that the session is shared still. */
  function tellLate({ shareID, sessionID }: KeyringEntry): void {
    const message = "The share that could not be removed is removed now; its link is dead."
    deps.notices.tell({ key: `removed ${shareID}`, variant: "success", message })
    deps.reader.forgetShare(sessionID).catch(() => {})
  }

  return {
    async remove(entry) {
      // Said first: what OpenCode sends meanwhile must not open the share again.
      if (entry.state === "active") await deps.keyring.put({ ...entry, state: "removing" }).catch(() => {})
      await shares.release(entry)
      try {
        return await attempt(entry)
      } catch (error) {
        if (!(error instanceof ShareError && error.code === "not_found")) again(entry, 1)
        throw error
      }
    },
    resume: (entry) => again(entry, 1),
    stop() {
      stopped = true
      for (const timer of timers.values()) clearTimeout(timer)
    },
  }
}
