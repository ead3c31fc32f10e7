import { notFound } from "../../protocol/errors.ts"
import type { Machine, MetaStore, SecretScope, ShareRow } from "../ports.ts"
import { authenticate, findBySecret } from "../secret.ts"

/** What a request shows for itself, besides knowing the link. */
export interface Credentials {
  /** One of the share's secrets, perhaps. */
  secret?: string | undefined
  /** What may open it where its link alone does not. */
  capability?: string | undefined
  /** Whether somebody who is known by other means owns the share, or runs the server. */
  owns?: ((share: Pick<ShareRow, "id" | "generation" | "creator">) => Promise<boolean>) | undefined
}

/** Of somebody who shows nothing. */
export const NOTHING_SHOWN: Credentials = {}

/**
 * For what only a share's owner may do, or the operator. Throws `not_found`, for who is neither as for a share that is
 * not there.
 */
export async function requireOwner(
  deps: { meta: MetaStore; machine: Machine },
  { share, credentials, to }: { share: ShareRow; credentials: Credentials; to: SecretScope },
): Promise<void> {
  const { secret, owns } = credentials
  if (owns && (await owns(share))) return
  if (secret === undefined) throw notFound()
  await authenticate(deps, { shareID: share.id, secret, to })
}

/**
 * The same of a share that is still to be found, and the hash of the secret if that is what has shown it. Whether there is
 * such a share, nobody else learns from the time that it takes.
 */
export async function findOwned(
  deps: { meta: MetaStore; machine: Machine },
  { shareID, credentials, to }: { shareID: string; credentials: Credentials; to: SecretScope },
): Promise<{ share: ShareRow; secretHash: string | undefined }> {
  const { secret, owns } = credentials
  if (owns) {
    const share = await deps.meta.findShare(shareID)
    if (share && (await owns(share))) return { share, secretHash: undefined }
  }
  if (secret === undefined) throw notFound()
  return findBySecret(deps, { shareID, secret, to })
}
