import type { AuditOrigin } from "../../protocol/audit.ts"
import { gone, notFound } from "../../protocol/errors.ts"
import { requireActive } from "../active.ts"
import type { Machine, MetaStore } from "../ports.ts"
import { createSecrets } from "../secret.ts"

export interface Reissued {
  secret: string
  /** Of the direct door: opens nothing but the deletion. */
  deleteSecret?: string
}

/** New secrets for a share whose own are lost, or in wrong hands: for the operator. */
export function createReissuer({ meta, machine }: { meta: MetaStore; machine: Machine }) {
  /** Throws `not_found`, `gone`. */
  return async function reissue({ shareID, by }: { shareID: string; by: AuditOrigin }): Promise<Reissued> {
    const found = await meta.findShare(shareID)
    if (!found) throw notFound()
    const { generation, door } = requireActive(found)
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
    return native ? { secret } : { secret, deleteSecret }
  }
}
