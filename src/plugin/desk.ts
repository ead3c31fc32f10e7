import { CallError } from "../client/call-error.ts"
import { notFound, ShareError } from "../protocol/errors.ts"
import type { Item } from "../protocol/item.ts"
import type { Finding } from "../redaction/redactor.ts"
import { atMost } from "./at-most.ts"
import type { BridgeCalls } from "./opencode/bridge.ts"
import { createHearing, type OpenCodeEvent } from "./opencode/hearing.ts"
import { isGrowing, withoutKey } from "./opencode/session-items.ts"
import type { PluginDeps } from "./plugin-deps.ts"
import { newRedactor } from "./sending/share-redactor.ts"
import { repeatDryRuns, shareSession } from "./shares/create-share.ts"
import type { KeyringEntry } from "./shares/keyring.ts"
import { createOpenShares } from "./shares/open-shares.ts"
import { createRemovals } from "./shares/removals.ts"
import { resumeShares } from "./shares/resume.ts"
import { countKinds, listPlaces } from "./telling/findings.ts"
import { describeFailure } from "./telling/notices.ts"

/** Everything that the plugin does about shares: OpenCode's calls and events come in here. */
export interface Desk extends BridgeCalls {
  /** Must not throw, and returns at once. */
  hear(event: OpenCodeEvent): void
  /** Takes up what an earlier run left. Never rejects. */
  resume(): Promise<void>
  /** Brings to safety what it can within this many milliseconds, and ends. */
  close(withinMs: number): Promise<void>
}

export function createDesk(deps: PluginDeps): Desk {
  const { settings, keyring } = deps
  const shares = createOpenShares(deps, { onBlocked: (entry, found) => takeBack(entry, found) })
  const removals = createRemovals(deps, shares)
  const api = shares.apiOf(settings.url)
  /** `run` with automatic sharing asks twice at once. */
  const creating = new Map<string, Promise<KeyringEntry>>()

  /** With `redact: "block"`, a session in which something is found is shared no longer. */
  function takeBack(entry: KeyringEntry, found: readonly Finding[]): void {
    const { sessionID } = entry
    const message = `Not shared any more, as it holds secrets: ${countKinds(found)}. Found: ${listPlaces(found)}.`
    deps.notices.tell({ key: `block ${sessionID}`, variant: "warning", message })
    deps.audit.record({ event: "refused", sessionID, reason: message })
    removals.remove(entry).catch(() => {})
  }

  async function make(sessionID: string): Promise<KeyringEntry> {
    // What is to go goes first: a retry of it must not meet what is made now.
    for (const entry of await keyring.all().catch(() => []))
      if (entry.sessionID === sessionID && entry.state === "removing") await removals.remove(entry)
    const { entry } = await shareSession(sessionID, { deps, api, release: shares.release })
    return entry
  }

  const create: BridgeCalls["create"] = async (sessionID) => {
    const making = creating.get(sessionID) ?? make(sessionID)
    creating.set(sessionID, making)
    try {
      const entry = await making
      // Events are heard from here on; the rest is read while OpenCode goes on.
      await shares.open(entry)
      shares.follow(entry).catch(shares.fail)
      return { id: entry.shareID, url: entry.url, secret: entry.deleteSecret }
    } finally {
      creating.delete(sessionID)
    }
  }

  const sync: BridgeCalls["sync"] = async (shareID, { secret, items }) => {
    const entry = await keyring.find(shareID)
    if (!entry) return forward({ shareID, secret }, items)
    if (entry.state !== "active" || shares.isLost(shareID)) return
    const share = await shares.open(entry)
    try {
      for await (const batch of items) {
        share.feed.take(batch)
        await share.feed.flush()
      }
    } catch (error) {
      if (error instanceof ShareError) throw error
      shares.fail(error)
      throw new ShareError("unavailable", describeFailure(error).message, { cause: error })
    }
    share.wake()
  }

  /** A share that was made before there was a plugin: its items go on by the native door, redacted. */
  async function forward(
    share: { shareID: string; secret: string },
    batches: AsyncIterable<Item[]>,
  ): Promise<void> {
    const redactor = newRedactor(deps)
    for await (const batch of batches) {
      const clean: Item[] = []
      for (const item of batch) {
        const growing = isGrowing(item)
        clean.push((await redactor?.redact(withoutKey(item), { growing }))?.item ?? withoutKey(item))
      }
      await api.sync(share, clean).catch((error: unknown) => {
        shares.fail(error)
        throw toShareError(error)
      })
    }
  }

  const remove: BridgeCalls["remove"] = async (shareID, secret) => {
    const entry = await keyring.find(shareID)
    if (!entry) {
      return api.remove({ shareID, secret }).catch((error: unknown) => {
        throw toShareError(error)
      })
    }
    if (secret !== entry.deleteSecret) throw notFound()
    const receipt = await removals.remove(entry)
    return { ok: true, ...(receipt && { receipt }) }
  }

  return {
    create,
    sync,
    remove,
    hear: createHearing(deps, { shares, removals }),
    resume: () => resumeShares(deps, { shares, removals }),
    async close(withinMs) {
      removals.stop()
      await Promise.all([shares.close(withinMs), atMost(repeatDryRuns(deps), withinMs)])
    },
  }
}

function toShareError(error: unknown): ShareError {
  const code = error instanceof CallError ? (error.code ?? "unavailable") : "internal"
  return new ShareError(code, error instanceof Error ? error.message : "It failed.", { cause: error })
}
