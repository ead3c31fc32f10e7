import { notFound } from "../../protocol/errors.ts"
import type { Machine, MetaStore, SecretScope, ShareRow } from "../ports.ts"
import { findBySecret } from "../secret.ts"

/** What somebody shows who wants to act on a share. */
export interface Credentials {
  /** One of the share's secrets, perhaps. */
  secret?: string | undefined
  /** Whether somebody who is known by other means owns the share, or runs the server. */
  owns?: ((share: Pick<ShareRow, "id" | "generation" | "creator">) => Promise<boolean>) | undefined
}

/**
 * For what only a share's owner may do, or the operator: the share, and the hash of the secret if that is what has shown
 * it. Throws `not_found`, for who is neither as for a share that is not there; whether there is one, they do not learn from
 * the time that it takes either.
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
