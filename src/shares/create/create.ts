import { type AuditOrigin, BY_ITSELF } from "../../protocol/audit.ts"
import { createShareId } from "../../protocol/ids.ts"
import { firstAccess } from "../access/change.ts"
import { NO_EXPIRY } from "../access/expiry-policy.ts"
import { requireRoom } from "../quota.ts"
import { createSecret } from "../secret.ts"
import type { SharesDeps } from "../shares.ts"

export interface CreateRequest {
  sessionID: string
  /** Names who may supersede and be superseded: the token's or the address's hash. */
  creator: string
  /** The address that asked, hashed. */
  address: string
  /** The token that it is asked with, where one is needed. */
  tokenID?: string | undefined
  /** Who asks, for the audit. */
  by?: AuditOrigin | undefined
}

/** OpenCode creates twice within 100 ms when a session is shared automatically and by `run --share`. */
const DOUBLE_CREATION_MS = 60_000

export function createCreator(deps: Pick<SharesDeps, "meta" | "machine" | "expiry" | "quotas">) {
  const { meta, machine, expiry = NO_EXPIRY } = deps

  /** Throws `quota_exceeded`. */
  return async function create({
    by = BY_ITSELF,
    ...request
  }: CreateRequest): Promise<{ id: string; secret: string }> {
    const createdAt = machine.now()
    const secret = createSecret(machine)
    const secretHash = machine.hash(secret)
    const unsynced = await meta.findUnsynced({ ...request, since: createdAt - DOUBLE_CREATION_MS })
    if (unsynced) {
      await meta.addSecret({ shareID: unsynced.id, hash: secretHash, scope: "write", createdAt })
      return { id: unsynced.id, secret }
    }
    await requireRoom(deps, { creator: request.creator, bytes: 1 })
    const id = createShareId(machine.randomBytes)
    const secrets = [{ hash: secretHash, scope: "write" }] as const
    const access = await firstAccess({}, { machine, expiry, encrypted: false })
    const audit = { ...by, at: createdAt, event: "created" } as const
    await meta.createShare({ ...request, id, door: "native", secrets, access, createdAt, audit })
    return { id, secret }
  }
}
