import type { SessionData } from "../../protocol/opencode.ts"
import type { PluginDeps } from "../plugin-deps.ts"
import type { Typing } from "../sending/typing.ts"
import type { KeyringEntry } from "../shares/keyring.ts"
import type { OpenShares } from "../shares/open-shares.ts"
import type { Removals } from "../shares/removals.ts"
import { itemOf } from "./session-items.ts"

export interface OpenCodeEvent {
  type: string
  properties: unknown
}

type DeletedSession = { info?: SessionData; sessionID?: string }

/** OpenCode's events, each to the share that it concerns. What is returned does not throw, and returns at once. */
export function createHearing(
  { settings, keyring, reader }: PluginDeps,
  { shares, removals }: { shares: OpenShares; removals: Removals },
): (event: OpenCodeEvent) => void {
  /** Sessions that OpenCode calls shared, and that were looked for in the keyring. */
  const lookedFor = new Set<string>()

  function shareOf(sessionID: string) {
    const root = shares.tree.rootOf(sessionID)
    return root === sessionID || settings.subagents ? shares.ofSession(root) : undefined
  }

  function withEntry(sessionID: string, work: (entry: KeyringEntry) => Promise<unknown>): void {
    keyring
      .findActive(sessionID, settings.url)
      .then((entry) => entry && work(entry))
      .catch(shares.fail)
  }

  function hearSession(session: SessionData & { share?: unknown }): void {
    const { id, parentID, share } = session
    shares.tree.learn(id, parentID)
    if (shares.tree.hasUnshared(id, share !== undefined)) hearUnshared(id)
    // Another process has shared it.
    if (share === undefined || shares.isKnown(id) || lookedFor.has(id)) return
    lookedFor.add(id)
    withEntry(id, shares.follow)
  }

  /** OpenCode asks for the removal itself, unless it has lost its note of the share. */
  function hearUnshared(sessionID: string): void {
    withEntry(sessionID, async (entry) => {
      const session = await reader.session(sessionID)
      if (session && session.share === undefined) await removals.remove(entry).catch(() => {})
    })
  }

  function hearDeleted({ info, sessionID = info?.id }: DeletedSession): void {
    if (sessionID !== undefined) withEntry(sessionID, (entry) => removals.remove(entry).catch(() => {}))
  }

  return (event) => {
    switch (event.type) {
      case "message.part.delta": {
        const delta = event.properties as Parameters<Typing["hearDelta"]>[0]
        shareOf(delta.sessionID)?.hearDelta(delta)
        break
      }
      case "session.deleted":
        hearDeleted(event.properties as DeletedSession)
        break
      default: {
        const told = itemOf(event)
        if (!told) break
        if (told.item.type === "session") hearSession(told.item.data as SessionData)
        shareOf(told.sessionID)?.hear(told.item)
      }
    }
  }
}
