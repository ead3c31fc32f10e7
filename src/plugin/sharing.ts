import { setTimeout as sleep } from "node:timers/promises"
import { retryDelay } from "../client/retry.ts"
import { ShareError } from "../protocol/errors.ts"
import type { Receipt } from "../protocol/routes.ts"
import type { PluginDeps } from "./plugin-deps.ts"
import { shareSession } from "./shares/create-share.ts"
import type { KeyringEntry } from "./shares/keyring.ts"
import { createOpenShares } from "./shares/open-shares.ts"
import { type Rehearsal, rehearse, writeDryRun } from "./shares/rehearse.ts"
import { removeShare } from "./shares/remove-share.ts"
import { countKinds } from "./telling/findings.ts"

/**
 * Sharing without OpenCode around it, for a program that is started for that: the same keyring, outbox and redaction as
 * the plugin's, so that either goes on where the other stopped.
 */
export interface Sharing {
  /**
   * Shares a session, or brings its share up to what the session is. Resolves when all of it is with the server, or
   * when the server takes no more for now. Throws `ShareError` where there is no share then.
   */
  share(sessionID: string, options?: ShareOptions): Promise<SharedSession>
  /** What would leave, put into a file. Nothing is sent. */
  rehearse(sessionID: string): Promise<DryRun>
  /** Throws when the share is not gone; that it is to go is noted then, and the plugin asks for it again. */
  remove(entry: KeyringEntry): Promise<Receipt | undefined>
}

export interface ShareOptions {
  signal?: AbortSignal
  /** Told of batches that are on disk and not yet with the server. */
  onWaiting?(batches: number): void
}

export interface SharedSession {
  entry: KeyringEntry
  /** Batches that are on disk and did not get to the server. */
  waiting: number
}

export interface DryRun extends Pick<Rehearsal, "findings"> {
  path: string
  items: number
  bytes: number
}

/** Tries that a server that is away is given. */
const MOST_TRIES = 5
/** For one try: a large session on a slow line. */
const TRY_MS = 30 * 60_000
const LOOK_MS = 200
/** For what has to be noted at the end. */
const CLOSE_MS = 5_000

export function createSharing(deps: PluginDeps): Sharing {
  const { settings, outbox, random } = deps
  let blocked: string | undefined
  const shares = createOpenShares(deps, {
    onBlocked(entry, found) {
      blocked = `Not shared any more, as it holds secrets: ${countKinds(found)}.`
      deps.audit.record({ event: "refused", sessionID: entry.sessionID, reason: blocked })
    },
  })
  const apiOf = (server: string) => shares.apiOf(server)

  async function send(entry: KeyringEntry, { signal, onWaiting }: ShareOptions): Promise<number> {
    const waiting = async () => (await outbox.waiting(entry.shareID)).length
    const share = await shares.open(entry)
    const timer = setInterval(() => {
      waiting().then(onWaiting, () => {})
    }, LOOK_MS)
    try {
      for (let tries = 1; ; tries++) {
        await share.settle(TRY_MS)
        const left = await waiting()
        if (left === 0 || tries === MOST_TRIES || shares.isLost(entry.shareID) || signal?.aborted) return left
        await sleep(retryDelay(tries, random()), undefined, signal && { signal })
      }
    } finally {
      clearInterval(timer)
    }
  }

  return {
    async share(sessionID, options = {}) {
      const entry = await shareSession(sessionID, { deps, api: apiOf(settings.url), release: shares.release })
      await shares.follow(entry)
      const waiting = await send(entry, options)
      await shares.close(CLOSE_MS)
      if (blocked !== undefined) {
        await removeShare(entry, { deps, api: apiOf(entry.server) })
        throw new ShareError("forbidden", blocked)
      }
      return { entry, waiting }
    },
    async rehearse(sessionID) {
      const rehearsal = await rehearse(sessionID, deps)
      const { findings, lines } = rehearsal
      return { findings, items: lines.length, ...(await writeDryRun(sessionID, rehearsal, deps)) }
    },
    remove: (entry) => removeShare(entry, { deps, api: apiOf(entry.server) }),
  }
}
