import { CAPABILITY_LENGTH, joinCapability } from "../../protocol/capability.ts"
import { notFound, passwordRequired } from "../../protocol/errors.ts"
import type { Keys, Machine, MetaStore, ShareRow } from "../ports.ts"
import { authenticate } from "../secret.ts"
import type { Credentials } from "./credentials.ts"

/** What of a share says who may see it. */
export type Gate = Pick<ShareRow, "id" | "generation" | "access" | "visibility" | "creator">

export interface Admission {
  /**
   * Lets pass who may see the share. Throws `password_required` where a password would help, and `not_found` where
   * nothing would that the caller can be told of.
   */
  admit(share: Gate, credentials: Credentials): Promise<void>
  /** Opens a share that its link alone does not open, until who may see it changes. */
  capabilityOf(share: Gate): Promise<string>
  isCapability(share: Gate, capability: string): Promise<boolean>
  /** What stands in the place of an id for those who may see it and can show nothing else: it may hold a capability. */
  openName(share: Gate): Promise<string>
}

export function createAdmission({
  meta,
  machine,
  keys,
}: {
  meta: MetaStore
  machine: Machine
  keys: Keys
}): Admission {
  /** By each of the keys, the newest first. Behind a change of who may see it they are others. */
  async function capabilities({ id, generation, access }: Gate): Promise<string[]> {
    return (await keys.macs("capability", `${id} ${generation} ${access}`)).map(written)
  }

  async function opens(share: Gate, capability: string): Promise<boolean> {
    let matches = false
    for (const each of await capabilities(share)) matches = machine.equal(each, capability) || matches
    return matches
  }

  async function capabilityOf(share: Gate): Promise<string> {
    const [newest] = await capabilities(share)
    if (newest === undefined) throw new TypeError("An instance needs a key.")
    return newest
  }

  return {
    capabilityOf,
    isCapability: opens,

    async openName(share) {
      return isOpen(share) ? share.id : joinCapability(share.id, await capabilityOf(share))
    },

    async admit(share, { secret, capability, owns }) {
      if (isOpen(share)) return
      if (capability !== undefined && (await opens(share, capability))) return
      if (owns && (await owns(share))) return
      if (secret !== undefined) {
        // A wrong one is no worse than none.
        const right = await authenticate({ meta, machine }, { shareID: share.id, secret, to: "write" }).then(
          () => true,
          (error) => {
            if (error?.code === "not_found") return false
            throw error
          },
        )
        if (right) return
      }
      throw share.visibility === "password" ? passwordRequired() : notFound()
    },
  }
}

/** To whoever has the link. */
function isOpen({ visibility }: Gate): boolean {
  return visibility === "unlisted" || visibility === "public"
}

/** Of base64url's letters those that an id may have in any place. */
function written(mac: string): string {
  return mac.replace(/[-_]/g, "").slice(0, CAPABILITY_LENGTH)
}
