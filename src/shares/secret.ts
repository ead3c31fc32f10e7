import { notFound } from "../protocol/errors.ts"
import type { Machine, MetaStore } from "./ports.ts"

/** 24 random bytes in base64url: 32 characters. */
export function createSecret(machine: Machine): string {
  return btoa(String.fromCharCode(...machine.randomBytes(24)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
}

/**
 * Resolves to the hash of a secret that opens the share; throws `not_found` otherwise. Secrets are random, so a
 * plain hash keeps them: there is nothing to guess from it.
 */
export async function authenticate(
  { meta, machine }: { meta: MetaStore; machine: Machine },
  { shareID, secret }: { shareID: string; secret: string },
): Promise<string> {
  const hash = machine.hash(secret)
  let matches = false
  for (const known of await meta.secretHashes(shareID)) matches = machine.equal(known, hash) || matches
  if (!matches) throw notFound()
  return hash
}
