import { type ApiClient, createApiClient } from "../../client/api-client.ts"
import { CallError } from "../../client/call-error.ts"
import { atMost } from "../at-most.ts"
import { createSessionTree, type SessionTree } from "../opencode/session-tree.ts"
import type { PluginDeps } from "../plugin-deps.ts"
import { describeFailure } from "../telling/notices.ts"
import { type ActiveShare, type ActiveShareHandlers, openActiveShare } from "./active-share.ts"
import type { KeyringEntry } from "./keyring.ts"
import { createUnfinished } from "./unfinished.ts"

/** The shares that this process keeps in step, each opened once, whoever asks. */
export interface OpenShares {
  /** Which session belongs to which. */
  readonly tree: SessionTree
  /** The client for a server. A share stays with its server, whatever the options say by now. */
  apiOf(server: string): ApiClient
  open(entry: KeyringEntry): Promise<ActiveShare>
  /** Opens it and reads all that its session has said; what it says from now on is heard. */
  follow(entry: KeyringEntry): Promise<void>
  /** Opened only when something happens to its session. */
  sleep(entry: KeyringEntry): void
  /** The share of a root session: an open one, or one that was asleep until now. */
  ofSession(sessionID: string): ActiveShare | undefined
  isKnown(sessionID: string): boolean
  /** Whether the last process that followed it came to an unclean end, or its session changed without one. */
  isBehind(shareID: string, updated: number | undefined): Promise<boolean>
  /** Resolves when nothing of it writes any more. */
  release(entry: KeyringEntry): Promise<void>
  isLost(shareID: string): boolean
  fail(error: unknown): void
  /** Brings to safety what it can within this many milliseconds, and ends. */
  close(withinMs: number): Promise<void>
}

export function createOpenShares(
  deps: PluginDeps,
  { onBlocked }: Pick<ActiveShareHandlers, "onBlocked">,
): OpenShares {
  const { settings, keyring, notices, outbox, reader, now } = deps
  const open = new Map<string, Promise<ActiveShare>>()
  const bySession = new Map<string, ActiveShare>()
  const asleep = new Map<string, KeyringEntry>()
  /** Sessions that are being read. */
  const following = new Set<Promise<void>>()
  /** Shares that the server takes nothing more for. */
  const lost = new Set<string>()
  /** Shares whose sessions were not read to their ends. */
  const unread = new Set<string>()
  const tree = createSessionTree()
  const unfinished = createUnfinished({ outbox, pid: deps.pid })

  function apiOf(server: string): ApiClient {
    // The token is for one server's eyes.
    const createToken = () => (server === settings.url ? deps.createToken() : undefined)
    const headers = { "user-agent": deps.userAgent }
    return createApiClient({ baseUrl: server, createToken, fetch: deps.fetch, now, headers })
  }

  function openOnce(entry: KeyringEntry): Promise<ActiveShare> {
    const known = open.get(entry.shareID)
    if (known) return known
    asleep.delete(entry.sessionID)
    const opening = begin(entry)
    open.set(entry.shareID, opening)
    opening.catch(() => open.delete(entry.shareID))
    return opening
  }

  async function begin(entry: KeyringEntry): Promise<ActiveShare> {
    const handlers = { onLost, onBlocked, onFailure: fail }
    const share = await openActiveShare(entry, { deps, api: apiOf(entry.server), handlers })
    bySession.set(entry.sessionID, share)
    return share
  }

  function follow(entry: KeyringEntry): Promise<void> {
    const reading = read(entry).finally(() => following.delete(reading))
    following.add(reading)
    return reading
  }

  async function read(entry: KeyringEntry): Promise<void> {
    const share = await openOnce(entry)
    if (settings.subagents) {
      const children = await reader.descendants(entry.sessionID).catch(() => [])
      for (const { id, parentID } of children) tree.learn(id, parentID)
    }
    if (!open.has(entry.shareID)) return
    await unfinished.mark(entry.shareID)
    unread.add(entry.shareID)
    await share.feed.catchUp()
    unread.delete(entry.shareID)
    share.wake()
  }

  async function release({ shareID, sessionID }: KeyringEntry): Promise<void> {
    const opening = open.get(shareID)
    open.delete(shareID)
    asleep.delete(sessionID)
    if (bySession.get(sessionID)?.entry.shareID === shareID) bySession.delete(sessionID)
    const share = await opening?.catch(() => undefined)
    await share?.stop()
  }

  function fail(error: unknown): void {
    notices.log("warn", error instanceof CallError ? error.message : String(error))
    notices.tell(describeFailure(error))
  }

  /** The server will never take anything for this share again. */
  function onLost(entry: KeyringEntry, error: unknown): void {
    fail(error)
    lost.add(entry.shareID)
    const code = error instanceof CallError ? error.code : undefined
    const isGone = code === "gone" || code === "not_found"
    forget(entry, isGone).catch(fail)
  }

  async function forget(entry: KeyringEntry, isGone: boolean): Promise<void> {
    await release(entry)
    const stored = await keyring.find(entry.shareID)
    // Shared again meanwhile, with other secrets.
    if (!isGone || stored?.secret !== entry.secret) return
    await keyring.put({ ...entry, state: "removed" })
    await outbox.drop(entry.shareID)
  }

  return {
    tree,
    apiOf,
    open: openOnce,
    follow,
    release,
    fail,
    sleep(entry) {
      if (!open.has(entry.shareID)) asleep.set(entry.sessionID, entry)
    },
    ofSession(sessionID) {
      const sleeping = asleep.get(sessionID)
      // What wakes it is in the session by now, and is read there.
      if (sleeping) follow(sleeping).catch(fail)
      return bySession.get(sessionID)
    },
    isLost: (shareID) => lost.has(shareID),
    isKnown: (sessionID) => bySession.has(sessionID) || asleep.has(sessionID),
    async isBehind(shareID, updated) {
      return (await unfinished.isLeft(shareID)) || (await unfinished.lastSeen(shareID)) !== updated
    },
    async close(withinMs) {
      const end = now() + withinMs
      await atMost(Promise.allSettled(following), withinMs)
      const shares = await Promise.all([...open.values()].map((share) => share.catch(() => undefined)))
      await Promise.all(
        shares.map((share) => share && atMost(finish(share, Math.max(0, end - now())), withinMs)),
      )
    },
  }

  async function finish(share: ActiveShare, withinMs: number): Promise<void> {
    const { shareID, sessionID } = share.entry
    try {
      await share.settle(withinMs)
      const session = await reader.session(sessionID)
      if (!unread.has(shareID)) await unfinished.clear(shareID, session?.time?.updated)
    } catch (error) {
      notices.log("warn", `at the end: ${String(error)}`)
    } finally {
      await share.stop()
    }
  }
}
