import type { ApiClient } from "../../client/api-client.ts"
import { CallError } from "../../client/call-error.ts"
import { ShareError } from "../../protocol/errors.ts"
import type { Receipt } from "../../protocol/routes.ts"
import type { PluginDeps } from "../plugin-deps.ts"
import { describeFailure } from "../telling/notices.ts"
import type { KeyringEntry } from "./keyring.ts"

/**
 * Removes a share, now or as soon as the server can be reached: that it is to go is on disk before it is asked. Throws
 * while it is not gone, so that nobody believes that it is.
 */
export async function removeShare(
  entry: KeyringEntry,
  { deps, api }: { deps: PluginDeps; api: ApiClient },
): Promise<Receipt | undefined> {
  const { keyring, outbox, audit, notices } = deps
  const stored = await keyring.find(entry.shareID).catch(() => undefined)
  // Taken over since: this removal was of what the share was before.
  if (entry.state === "removed" || (stored && stored.secret !== entry.secret)) return undefined
  // A disk that takes nothing must not keep a link alive.
  const noted = await keyring.put({ ...entry, state: "removing" }).catch((error: unknown) => ({ error }))
  const receipt = await ask(entry, { deps, api })
  if (noted) throw noted.error
  await keyring.put({ ...entry, state: "removed" })
  await outbox.drop(entry.shareID)
  const { sessionID, shareID, server } = entry
  const counted = receipt ? { objects: receipt.objects, bytes: receipt.bytes } : {}
  audit.record({ event: "unshared", sessionID, shareID, server, ...counted })
  notices.log("info", `share ${shareID} is removed${receipt ? `, ${receipt.objects} objects deleted` : ""}`)
  return receipt
}

async function ask(
  entry: KeyringEntry,
  { deps, api }: { deps: PluginDeps; api: ApiClient },
): Promise<Receipt | undefined> {
  try {
    return (await api.remove({ shareID: entry.shareID, secret: entry.deleteSecret })).receipt
  } catch (error) {
    const code = error instanceof CallError ? error.code : undefined
    // It is not there any more, which was the wish.
    if (code === "gone") return undefined
    if (code === "not_found") {
      const taken =
        "The server does not take this machine's word for the share any more: it was taken over from elsewhere, and its link may still work. Remove it there."
      deps.notices.tell({ key: `remove ${entry.shareID}`, variant: "error", message: taken })
      throw new ShareError("not_found", taken, { cause: error })
    }
    const { message } = describeFailure(error)
    const told = `The link still works: ${message.replace(/ What you share is kept.*$/, "")} It is removed as soon as the server can be reached.`
    deps.notices.tell({ key: `remove ${entry.shareID}`, variant: "error", message: told })
    throw new ShareError("unavailable", told, { cause: error })
  }
}
