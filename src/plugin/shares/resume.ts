import type { PluginDeps } from "../plugin-deps.ts"
import type { KeyringEntry } from "./keyring.ts"
import type { OpenShares } from "./open-shares.ts"
import type { Removals } from "./removals.ts"

/** Takes up what an earlier run left: uploads, removals, sessions that changed unheard. Never rejects. */
export async function resumeShares(
  deps: PluginDeps,
  { shares, removals }: { shares: OpenShares; removals: Removals },
): Promise<void> {
  try {
    for (const entry of await deps.keyring.all()) {
      if (entry.state === "removing") removals.resume(entry)
      if (entry.state === "active") await takeUp(entry, { deps, shares, removals }).catch(shares.fail)
    }
  } catch (error) {
    shares.fail(error)
  }
}

async function takeUp(
  entry: KeyringEntry,
  { deps, shares, removals }: { deps: PluginDeps; shares: OpenShares; removals: Removals },
): Promise<void> {
  const { outbox, reader } = deps
  // What waits goes up whatever became of the session.
  if ((await outbox.waiting(entry.shareID)).length > 0) (await shares.open(entry)).wake()
  if (entry.directory !== deps.directory) return
  const session = await reader.session(entry.sessionID)
  if (session) {
    if (await shares.isBehind(entry.shareID, session.time?.updated)) await shares.follow(entry)
    else shares.sleep(entry)
    return
  }
  // Deleted while no plugin ran. An OpenCode that has lost all its sessions has deleted none.
  if (await reader.hasOlderThan(entry.createdAt)) await removals.remove(entry).catch(() => {})
}
