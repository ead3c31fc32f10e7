import { type AuditOrigin, BY_ITSELF } from "../../protocol/audit.ts"
import { notFound } from "../../protocol/errors.ts"
import { requireActive } from "../active.ts"
import type { Reserved } from "../create/reserve.ts"
import type { Machine, MetaStore, Notifier } from "../ports.ts"
import { createSecrets } from "../secret.ts"
import { createOwnerCheck, type OwnerClaim } from "./owner.ts"

export interface RecoverRequest {
  sessionID: string
  owner: OwnerClaim
  /** Who has not the key of a sealed share can do nothing with it, and would lock out those who have. */
  encrypted: boolean
  /** Who asks, for the audit. */
  by?: AuditOrigin | undefined
}

/** Gives a share's owner new secrets in the place of lost ones. */
export function createRecoverer({
  meta,
  machine,
  notifier,
}: {
  meta: MetaStore
  machine: Machine
  notifier: Notifier
}) {
  const checkOwner = createOwnerCheck({ meta, machine })

  /** Throws `forbidden`, `not_found`. */
  return async function recover({
    sessionID,
    owner,
    encrypted,
    by = BY_ITSELF,
  }: RecoverRequest): Promise<Reserved> {
    const creator = await checkOwner({ action: "recover", sessionID, owner })
    const { secret, deleteSecret, secrets } = createSecrets(machine)
    const at = machine.now()
    const audit = { ...by, at, event: "recovered" } as const
    const share = await meta.renewSecrets({ sessionID, creator, encrypted, secrets, at, audit })
    if (!share) throw notFound()
    const { id: shareID, revision, access } = share
    notifier.publish({ shareID, revision, state: "active", access })
    return { share: requireActive(share), secret, deleteSecret }
  }
}
