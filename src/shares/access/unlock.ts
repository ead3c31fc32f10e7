import { notFound, ShareError } from "../../protocol/errors.ts"
import { requireActive } from "../active.ts"
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
  /**
   * Resolves to what opens a share that asks for a password. Throws `not_found`, `gone`, `conflict`, and `forbidden` for
   * a wrong password.
   */
  return async function unlock({
    shareID,
    password,
  }: {
    shareID: string
    password: string
  }): Promise<string> {
    const found = await meta.findShare(shareID)
    if (!found) throw notFound()
    const share = requireActive(found)
    if (share.visibility === "private") throw notFound()
    if (share.visibility !== "password" || share.password === undefined) {
      throw new ShareError("conflict", "This share asks for no password.")
    }
    if (!(await machine.isStretchOf(password, share.password))) {
      throw new ShareError("forbidden", "That is not the password.")
    }
    return admission.capabilityOf(share)
  }
}
