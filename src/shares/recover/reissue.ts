import type { AuditOrigin } from "../../protocol/audit.ts"
import { gone, notFound } from "../../protocol/errors.ts"
import { requireActive } from "../active.ts"
import { createSecrets } from "../secret.ts"
import type { SharesDeps } from "../shares.ts"

export interface ReissueRequest {
  shareID: string
  by: AuditOrigin
  /** It is its owner who asks, and not the operator: who may not write gets no secret either. */
  owned?: boolean
}

export interface Reissued {
  secret: string
  /** Of the direct door: opens nothing but the deletion. */
  deleteSecret?: string
}

type ReissuerDeps = Pick<SharesDeps, "meta" | "machine" | "notifier" | "admitWriter">

/** New secrets for a share whose own are lost, or in wrong hands: for the operator. */
export function createReissuer({ meta, machine, notifier, admitWriter }: ReissuerDeps) {
  /** Throws `not_found`, `gone`. */
  return async function reissue({ shareID, by, owned = false }: ReissueRequest): Promise<Reissued> {
    const found = await meta.findShare(shareID)
    if (!found) throw notFound()
    const { generation, door } = requireActive(found)
    if (owned) await admitWriter?.(found)
    const { secret, deleteSecret, secrets } = createSecrets(machine)
    const native = door === "native"
    const at = machine.now()
    const replaced = await meta.replaceSecrets({
      shareID,
      generation,
      // The native door knows one secret for everything.
      secrets: native ? secrets.slice(0, 1) : secrets,
      at,
      audit: { ...by, at, event: "secret_reissued" },
    })
    if (!replaced) throw gone()
    const { revision, access } = replaced
    notifier.publish({ shareID, revision, state: "active", access })
    return native ? { secret } : { secret, deleteSecret }
  }
}
