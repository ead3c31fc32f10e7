import { notFound, ShareError } from "../../protocol/errors.ts"
import { type ActiveShare, requireActive } from "../active.ts"
import type { Machine, MetaStore } from "../ports.ts"
import type { Admission } from "./admission.ts"

export function createUnlocker({
  meta,
  machine,
  admission,
}: {
  meta: MetaStore
  machine: Machine
  admission: Admission
}) {
  /** A share that asks for a password. Throws `not_found`, `gone`, and `conflict` for one that asks for none. */
  async function requireLocked(shareID: string): Promise<ActiveShare & { password: string }> {
    const found = await meta.findShare(shareID)
    if (!found) throw notFound()
    const share = requireActive(found)
    const { visibility, password } = share
    if (visibility === "private") throw notFound()
    if (visibility !== "password" || password === undefined) {
      throw new ShareError("conflict", "This share asks for no password.")
    }
    return { ...share, password }
  }

  return {
    requireLocked,

    /** Resolves to what opens the share. Throws the same, `unavailable`, and `forbidden` for a wrong password. */
    async unlock({ shareID, password }: { shareID: string; password: string }): Promise<string> {
      const share = await requireLocked(shareID)
      if (!(await machine.isStretchOf(password, share.password))) {
        throw new ShareError("forbidden", "That is not the password.")
      }
      return admission.capabilityOf(share)
    },
  }
}
