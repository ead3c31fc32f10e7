import { createHash } from "node:crypto"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { retryDelay } from "../client/retry.ts"
import { ShareError } from "../protocol/errors.ts"
import type { Receipt } from "../protocol/routes.ts"
import { removeFolder } from "./files.ts"
import type { PluginDeps } from "./plugin-deps.ts"
import { takeShareLock } from "./sending/share-lock.ts"
import { type FoundOrMade, shareSession } from "./shares/create-share.ts"
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
   * when the server takes no more for now. Where it throws, a share that was made for it is removed again.
   */
  share(sessionID: string, options?: ShareOptions): Promise<SharedSession>
  /** What would leave, put into a file. Nothing is sent. */
  rehearse(sessionID: string): Promise<DryRun>
  /** Throws when the share is not gone; that it is to go is noted then, and the plugin asks for it again. */
  remove(entry: KeyringEntry): Promise<Receipt | undefined>
}

export interface ShareOptions {
  signal?: AbortSignal
  /** Told of the share before anything is sent. What it throws, the sharing does. */
  onShare?(entry: KeyringEntry): Promise<void>
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

/** @param making where a session that is about to be shared is marked: two at once would make two shares of it */
export function createSharing(deps: PluginDeps, { making }: { making: string }): Sharing {
  const { settings, outbox, random } = deps
  let blocked: string | undefined
  const shares = createOpenShares(deps, {
    onBlocked(entry, found) {
      blocked = `Not shared any more, as it holds secrets: ${countKinds(found)}.`
      deps.audit.record({ event: "refused", sessionID: entry.sessionID, reason: blocked })
    },
  })
  const apiOf = (server: string) => shares.apiOf(server)

  /** One process at a time. */
  async function shareOnce(sessionID: string, signal: AbortSignal | undefined): Promise<FoundOrMade> {
    const folder = join(making, createHash("sha256").update(`${settings.url} ${sessionID}`).digest("hex"))
    let lock = await takeShareLock(folder, deps)
    while (!lock) {
      await sleep(LOOK_MS, undefined, signal && { signal })
      lock = await takeShareLock(folder, deps)
    }
    try {
      return await shareSession(sessionID, { deps, api: apiOf(settings.url), release: shares.release })
    } finally {
      await lock.release()
      await removeFolder(folder)
    }
  }

  async function send(entry: KeyringEntry, { signal, onWaiting }: ShareOptions): Promise<number> {
    const waiting = async () => (await outbox.waiting(entry.shareID)).length
    const share = await shares.open(entry)
    const timer = setInterval(() => {
      waiting().then(onWaiting, () => {})
    }, LOOK_MS)
    try {
      for (let tries = 1; ; tries++) {
        await unlessAborted(share.settle(TRY_MS), signal)
        const left = await waiting()
        if (left === 0 || tries === MOST_TRIES || shares.isLost(entry.shareID)) return left
        await sleep(retryDelay(tries, random()), undefined, signal && { signal })
      }
    } finally {
      clearInterval(timer)
    }
  }

  return {
    async share(sessionID, options = {}) {
      const { entry, isNew } = await shareOnce(sessionID, options.signal)
      try {
        await options.onShare?.(entry)
        await unlessAborted(shares.follow(entry), options.signal)
        const waiting = await send(entry, options)
        await shares.close(CLOSE_MS)
        if (blocked !== undefined) throw new ShareError("forbidden", blocked)
        return { entry, waiting }
      } catch (error) {
        await shares.release(entry)
        // Half a session is nobody's wish; of one that was shared before, the next time brings the rest.
        if (blocked !== undefined || isNew) await removeShare(entry, { deps, api: apiOf(entry.server) })
        throw error
      }
    },
    async rehearse(sessionID) {
      const rehearsal = await rehearse(sessionID, deps)
      const { findings, lines } = rehearsal
      return { findings, items: lines.length, ...(await writeDryRun(sessionID, rehearsal, deps)) }
    },
    remove: (entry) => removeShare(entry, { deps, api: apiOf(entry.server) }),
  }
}

/** What the promise resolves to, unless somebody gives up before. */
function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const giveUp = () => reject(signal.reason)
    if (signal.aborted) giveUp()
    signal.addEventListener("abort", giveUp, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", giveUp))
  })
}
