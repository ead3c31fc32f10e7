import type { ShareMode } from "../settings.ts"
import type { Notices } from "../telling/notices.ts"
import type { ConsoleAccount } from "./console-account.ts"

/** As much of OpenCode's configuration as sharing needs. OpenCode reads it anew at each call. */
export interface ShareConfig {
  share?: string
  enterprise?: { url?: string }
}

/**
 * Whether OpenCode shares at all: switched off, in its own configuration, for as long as anything stands against it.
 * What an earlier setting has disabled stays so.
 */
export interface ShareSwitch {
  /** Why not; undefined: nothing stands against it (any more). */
  set(cause: string, reason: string | undefined): void
  readonly isAuto: boolean
}

export function createShareSwitch(
  config: ShareConfig,
  mode: ShareMode | undefined,
  notices: Notices,
): ShareSwitch {
  const reasons = new Map<string, string>()
  const wanted = config.share === "disabled" ? "disabled" : (mode ?? config.share)

  function apply(): void {
    const share = reasons.size > 0 ? "disabled" : wanted
    if (share === undefined) delete config.share
    else config.share = share
  }

  apply()
  return {
    set(cause, reason) {
      if (reasons.get(cause) === reason) return
      if (reason === undefined) reasons.delete(cause)
      else {
        reasons.set(cause, reason)
        notices.tell({ key: `off ${cause}`, variant: "warning", message: reason })
      }
      apply()
    },
    get isAuto() {
      return reasons.size === 0 && wanted === "auto"
    },
  }
}

const LOOK_AGAIN_MS = 2_000

/** Looks, now and again, whether OpenCode would share to a console in spite of its configuration. */
export function createConsoleWatch({
  account,
  shareSwitch,
  now,
}: {
  account: ConsoleAccount
  shareSwitch: ShareSwitch
  now: () => number
}): { look(): Promise<void>; lookAgain(): void } {
  let last = Number.NEGATIVE_INFINITY

  async function look(): Promise<void> {
    last = now()
    const url = await account.activeConsole()
    shareSwitch.set("console", url === undefined ? undefined : inWords(url))
  }

  return {
    look,
    lookAgain() {
      if (now() - last >= LOOK_AGAIN_MS) look().catch(() => {})
    },
  }
}

function inWords(url: string): string {
  return `Sharing is off: OpenCode is signed in to ${url} with an active organisation, and would share there. Choose no organisation (/org), or sign out (opencode console logout), to share to your own server.`
}
