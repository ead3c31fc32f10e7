import type { ApiClient } from "../../client/api-client.ts"
import { CallError } from "../../client/call-error.ts"
import { newKeyText, withKey } from "../../encryption/share-key.ts"
import { ShareError } from "../../protocol/errors.ts"
import type { ReserveAnswer } from "../../protocol/routes.ts"
import { isDiskFailure } from "../files.ts"
import type { PluginDeps } from "../plugin-deps.ts"
import { countKinds, listPlaces } from "../telling/findings.ts"
import { describeFailure } from "../telling/notices.ts"
import type { KeyringEntry } from "./keyring.ts"
import { type Rehearsal, rehearse, writeDryRun } from "./rehearse.ts"

export interface ShareWork {
  deps: PluginDeps
  api: ApiClient
  /** Ends what follows a share. */
  release(entry: KeyringEntry): Promise<void>
}

export interface FoundOrMade {
  entry: KeyringEntry
  /** Not one that was there before, on this machine or another of its owner's. */
  isNew: boolean
}

/** A refusal that the user was told of in words; OpenCode itself says nothing of it. */
function refused(message: string): ShareError {
  return new ShareError("forbidden", message)
}

/**
 * The share of a session: the one that it has, one of its owner's that is taken over, or a new one. Throws what
 * OpenCode is answered, after the user has been told.
 */
export async function shareSession(
  sessionID: string,
  { deps, api, release }: ShareWork,
): Promise<FoundOrMade> {
  const { notices, audit } = deps
  try {
    if (deps.settings.dryRun) await lookFirst(sessionID, deps)
    const known = await findLiving(sessionID, { deps, api, release })
    if (known) return { entry: known, isNew: false }
    await lookFirst(sessionID, deps)
    return await reserve(sessionID, { deps, api })
  } catch (error) {
    audit.record({ event: "refused", sessionID, reason: error instanceof Error ? error.message : "unknown" })
    if (error instanceof ShareError) throw error
    const notice = describeFailure(error)
    // A disk that takes nothing is told of once, whoever meets it first.
    const key = isDiskFailure(error) ? notice.key : `share ${notice.key}`
    notices.tell({ ...notice, key, message: `${withoutPromise(notice.message)} Nothing was shared.` })
    notices.log("error", `sharing ${sessionID} failed: ${String(error)}`)
    throw new ShareError(isDiskFailure(error) ? "internal" : "unavailable", withoutPromise(notice.message), {
      cause: error,
    })
  }
}

/** What would leave by now: `run` shares before it asks. */
export async function repeatDryRuns(deps: PluginDeps): Promise<void> {
  for (const sessionID of deps.dryRuns) {
    await tellDryRun(sessionID, await rehearse(sessionID, deps), deps)
  }
}

async function tellDryRun(sessionID: string, rehearsal: Rehearsal, deps: PluginDeps): Promise<string> {
  const { path, bytes } = await writeDryRun(sessionID, rehearsal, deps)
  const { lines, findings } = rehearsal
  const removed = findings.length === 0 ? "nothing would be removed" : `removed: ${countKinds(findings)}`
  const message = `Dry run, nothing was sent. By now ${bytes} bytes would leave (items: ${lines.length}); ${removed}. See ${path}`
  deps.notices.tell({ key: `dry ${sessionID} ${lines.length}`, variant: "info", message })
  return message
}

/** What is not shared yet does not go up later. */
function withoutPromise(message: string): string {
  return message.replace(
    / What you share is kept and goes up later\.| It will be tried again by itself\./,
    "",
  )
}

/** The active share that this machine knows, unless the server says that it is gone. */
async function findLiving(
  sessionID: string,
  { deps, api, release }: ShareWork,
): Promise<KeyringEntry | undefined> {
  const { keyring, settings, audit } = deps
  const entry = await keyring.findActive(sessionID, settings.url)
  if (!entry) return undefined
  try {
    await api.presign(entry, { tickets: [] })
  } catch (error) {
    const code = error instanceof CallError ? error.code : undefined
    if (code === "gone" || code === "not_found") {
      await release(entry)
      await keyring.put({ ...entry, state: "removed" })
      await deps.outbox.drop(entry.shareID)
      return undefined
    }
    // Offline, the link is as good as it was.
  }
  audit.record({ event: "shared_again", sessionID, shareID: entry.shareID, server: entry.server })
  return entry
}

/** With `redact: "block"` or a dry run, what would leave is looked at before anything does. */
async function lookFirst(sessionID: string, deps: PluginDeps): Promise<void> {
  const { settings, notices } = deps
  const blocks = settings.redact?.mode === "block"
  if (!blocks && !settings.dryRun) return
  const rehearsal = await rehearse(sessionID, deps)
  const { findings } = rehearsal
  if (settings.dryRun) {
    deps.dryRuns.add(sessionID)
    throw refused(await tellDryRun(sessionID, rehearsal, deps))
  }
  if (findings.length === 0) return
  const message = `Not shared, as it holds secrets: ${countKinds(findings)}. Found: ${listPlaces(findings)}.`
  notices.tell({ key: `block ${sessionID}`, variant: "error", message })
  throw refused(message)
}

async function reserve(
  sessionID: string,
  { deps, api }: { deps: PluginDeps; api: ApiClient },
): Promise<FoundOrMade> {
  const { settings, keyring, audit, directory, now } = deps
  const owner = await deps.ownerKey()
  const base = { baseUrl: settings.url, sessionID }
  const recovered = settings.encrypt
    ? undefined
    : await recover(() => api.recover(sessionID, owner.prove({ ...base, action: "recover" })))
  const { made, ownerKey } = recovered ? { made: recovered, ownerKey: owner.key } : await reserveOwned()
  if (!recovered) await requireAccess(made, { deps, api })
  const keyText = settings.encrypt ? newKeyText() : undefined
  /** A server that does not take the signature (another clock, another address than its own) still takes the share. */
  async function reserveOwned(): Promise<{ made: ReserveAnswer; ownerKey?: string }> {
    const wish = {
      ...settings.access,
      ...{ sessionId: sessionID, tickets: [] },
      ...(settings.encrypt && { encrypted: true as const }),
    }
    try {
      const made = await api.reserve({ ...wish, owner: owner.prove({ ...base, action: "create" }) })
      return { made, ownerKey: owner.key }
    } catch (error) {
      if (!(error instanceof CallError) || error.code !== "forbidden") throw error
      const unsigned = await api.reserve(wish)
      deps.notices.log(
        "warn",
        `shared without the owner key, so it cannot be taken over elsewhere: ${error.message}`,
      )
      return { made: unsigned }
    }
  }

  const entry: KeyringEntry = {
    v: 1,
    shareID: made.shareId,
    server: settings.url,
    sessionID,
    url: keyText === undefined ? made.url : withKey(made.url, keyText),
    ...(ownerKey !== undefined && { owner: ownerKey }),
    ...(keyText !== undefined && { keyText }),
    secret: made.secret,
    deleteSecret: made.deleteSecret,
    directory,
    createdAt: now(),
    state: "active",
  }
  try {
    await keyring.put(entry)
  } catch (error) {
    // A share that nobody could remove must not be; one that was there before is its owner's still.
    if (!recovered) await api.remove(entry).catch(() => {})
    throw error
  }
  const event = recovered ? "recovered" : "shared"
  audit.record({ event, sessionID, shareID: entry.shareID, server: entry.server })
  return { entry, isNew: recovered === undefined }
}

/** A server that knows of no choice takes the wish for nothing, and shows to whoever has the link what was to be closed. */
async function requireAccess(
  made: ReserveAnswer,
  { deps: { settings, notices }, api }: { deps: PluginDeps; api: ApiClient },
): Promise<void> {
  const { visibility, password, expires } = settings.access
  const wanted = visibility ?? (password === undefined ? undefined : "password")
  const isOpened = wanted !== undefined && made.visibility !== wanted
  const isEndless = expires !== undefined && made.visibility === undefined
  if (!isOpened && !isEndless) return
  await api.remove({ shareID: made.shareId, secret: made.secret }).catch(() => {})
  const message =
    "Not shared: the server does not know who may see a share, or for how long. It is older than this plugin; take `visibility`, `password` and `expires` out of its options, or have the server updated."
  notices.tell({ key: "access", variant: "error", message })
  throw refused(message)
}

/** A share that this owner made of the session elsewhere, or before the keyring was lost. */
async function recover(call: () => Promise<ReserveAnswer>): Promise<ReserveAnswer | undefined> {
  try {
    return await call()
  } catch (error) {
    // Most sessions were never shared; and a server that does not know the call has none to give back.
    if (error instanceof CallError && (error.failure === "refused" || error.failure === "not_api"))
      return undefined
    throw error
  }
}
