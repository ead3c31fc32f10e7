import { type AuditNote, type AuditOrigin, BY_ITSELF } from "../../protocol/audit.ts"
import { ShareError } from "../../protocol/errors.ts"
import type { Visibility } from "../../protocol/visibility.ts"
import { type ActiveShare, requireActive } from "../active.ts"
import type { Machine, MetaStore, Notifier, ShareAccess } from "../ports.ts"
import type { SharesDeps } from "../shares.ts"
import { type Credentials, findOwned } from "./credentials.ts"
import { type ExpiryPolicy, type WantedExpiry, wantedExpiry } from "./expiry-policy.ts"

/** What is to be another than it is; what is left out stays. */
export interface AccessChange {
  visibility?: Visibility | undefined
  /** As its owner typed it: for a share that asks for one. */
  password?: string | undefined
  expiry?: WantedExpiry | undefined
}

export interface ChangeRequest {
  shareID: string
  credentials: Credentials
  change: AccessChange
  /** Who asks, for the audit. */
  by?: AuditOrigin | undefined
}

interface Deps {
  meta: MetaStore
  machine: Machine
  notifier: Notifier
  expiry: ExpiryPolicy
  admitWriter?: SharesDeps["admitWriter"]
}

/** How often a change is tried again because another came first. */
const MOST_TRIES = 8

export function createAccessChanger(deps: Deps) {
  const { meta, machine, notifier } = deps

  /** Throws `not_found`, `gone`, `invalid_request`, `conflict`. */
  return async function changeAccess({
    shareID,
    credentials,
    change,
    by = BY_ITSELF,
  }: ChangeRequest): Promise<ActiveShare> {
    // Stretched once, and not while a transaction waits.
    let password: string | undefined
    for (let tries = 1; ; tries++) {
      const found = await findOwned(deps, { shareID, credentials, to: "write" })
      const share = requireActive(found.share)
      await deps.admitWriter?.(share)
      if (change.password !== undefined) password ??= await machine.stretch(change.password)
      const access = changed(share, { ...change, password }, deps)
      if (isSame(share, access)) return share
      const at = machine.now()
      const audit = describeChange(share, access).map((told) => ({ ...by, at, ...told }))
      const request = { shareID, generation: share.generation, was: share.access, access, at, audit }
      const made = await meta.setAccess(request)
      if (made) {
        const { revision, access } = made
        notifier.publish({ shareID, revision, state: "active", access })
        return requireActive(made)
      }
      if (tries >= MOST_TRIES) throw busy()
    }
  }
}

/** What a share begins with. */
export async function firstAccess(
  { visibility = "unlisted", password, expiry }: AccessChange,
  { machine, expiry: policy, encrypted }: Pick<Deps, "machine" | "expiry"> & { encrypted: boolean },
): Promise<ShareAccess> {
  const stretched = password === undefined ? undefined : await machine.stretch(password)
  const chosen = chooseVisibility({ visibility, password: stretched, encrypted })
  return { ...chosen, expiresAt: wantedExpiry(expiry, { policy, now: machine.now() }) }
}

function changed(share: ActiveShare, change: AccessChange, { expiry, machine }: Deps): ShareAccess {
  const { encrypted } = share
  // Who gives a password means that it is asked for.
  const visibility = change.visibility ?? (change.password === undefined ? share.visibility : "password")
  const password = change.password ?? share.password
  const chosen = chooseVisibility({ visibility, password, encrypted })
  if (visibility !== "password" && change.password !== undefined) throw otherwise(visibility)
  const expiresAt = change.expiry
    ? wantedExpiry(change.expiry, { policy: expiry, now: machine.now(), createdAt: share.createdAt })
    : share.expiresAt
  return { ...chosen, expiresAt }
}

function chooseVisibility({
  visibility,
  password,
  encrypted,
}: Pick<ShareAccess, "visibility" | "password"> & { encrypted: boolean }): Omit<ShareAccess, "expiresAt"> {
  if (visibility === "public" && encrypted) {
    throw new ShareError(
      "conflict",
      "This share is encrypted: who finds it in a list could not read it, so it cannot be public.",
    )
  }
  if (visibility !== "password") return { visibility, password: undefined }
  if (password === undefined) {
    throw new ShareError("invalid_request", "password: must be given for a share that asks for one.")
  }
  return { visibility, password }
}

/** A password is never told, nor its hash: only that there is another. */
function describeChange(
  share: ActiveShare,
  { visibility, password, expiresAt }: ShareAccess,
): Pick<AuditNote, "event" | "details">[] {
  const iso = (at: number | undefined) => (at === undefined ? "never" : new Date(at).toISOString())
  return [
    ...(visibility === share.visibility
      ? []
      : [{ event: "visibility_changed", details: { from: share.visibility, to: visibility } } as const]),
    ...(password === share.password || password === undefined
      ? []
      : [{ event: "password_changed" } as const]),
    ...(expiresAt === share.expiresAt
      ? []
      : [{ event: "expiry_changed", details: { from: iso(share.expiresAt), to: iso(expiresAt) } } as const]),
  ]
}

function isSame(share: ActiveShare, { visibility, password, expiresAt }: ShareAccess): boolean {
  return share.visibility === visibility && share.password === password && share.expiresAt === expiresAt
}

function otherwise(visibility: Visibility): ShareError {
  return new ShareError("invalid_request", `password: a share that is ${visibility} asks for none.`)
}

function busy(): ShareError {
  return new ShareError("unavailable", "The share is being changed at this moment. Please try again.")
}
