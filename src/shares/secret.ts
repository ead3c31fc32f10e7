import { notFound, ShareError, WrongSecret } from "../protocol/errors.ts"
import type { Machine, MetaStore, SecretScope, ShareRow } from "./ports.ts"

/** 24 random bytes in base64url: 32 characters. */
export function createSecret(machine: Machine): string {
  return btoa(String.fromCharCode(...machine.randomBytes(24)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
}

/** The two that a share of the direct door begins with, and what is stored of them. */
export function createSecrets(machine: Machine) {
  const [secret, deleteSecret] = [createSecret(machine), createSecret(machine)]
  const secrets = [
    { hash: machine.hash(secret), scope: "write" },
    { hash: machine.hash(deleteSecret), scope: "delete" },
  ] as const
  return { secret, deleteSecret, secrets }
}

/**
 * Resolves to the hash of a secret that opens the share for this; throws `not_found` otherwise. Secrets are random, so
 * a plain hash keeps them: there is nothing to guess from it.
 */
export async function authenticate(
  { meta, machine }: { meta: MetaStore; machine: Machine },
  { shareID, secret, to }: { shareID: string; secret: string; to: SecretScope },
): Promise<string> {
  const hash = machine.hash(secret)
  let matches = false
  // This one alone: what a share has of others would take its time, and tell that there is a share.
  for (const known of await meta.secrets(shareID, hash)) {
    // Whoever may write may also delete.
    const opens = known.scope === "write" || to === "delete"
    matches = (machine.equal(known.hash, hash) && opens) || matches
  }
  if (!matches) throw new WrongSecret(shareID)
  return hash
}

/**
 * The share that a secret opens for this, and the secret's hash. Throws `not_found`. The secret comes first, so that who has
 * none learns nothing by the answer or its time; and again behind the row, as the id may have been given again
 * meanwhile, to a share with other secrets, or taken over by its owner.
 */
export async function findBySecret(
  deps: { meta: MetaStore; machine: Machine },
  request: { shareID: string; secret: string; to: SecretScope },
): Promise<{ share: ShareRow; secretHash: string }> {
  await authenticate(deps, request)
  const share = await deps.meta.findShare(request.shareID)
  const secretHash = await authenticate(deps, request)
  if (!share) throw notFound()
  return { share, secretHash }
}

/** Whether a secret opens the share for this. */
export async function isAuthentic(
  deps: { meta: MetaStore; machine: Machine },
  request: { shareID: string; secret: string; to: SecretScope },
): Promise<boolean> {
  try {
    await authenticate(deps, request)
    return true
  } catch (error) {
    if (error instanceof ShareError) return false
    throw error
  }
}
