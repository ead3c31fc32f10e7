import { CAPABILITY_LENGTH, joinCapability } from "../../protocol/capability.ts"
import { notFound, passwordRequired } from "../../protocol/errors.ts"
import type { Keys, Machine, ShareRow } from "../ports.ts"

/** What of a share says who may see it. */
export type Gate = Pick<ShareRow, "id" | "generation" | "access" | "visibility" | "creator">

/**
 * What somebody who wants to see a share has shown for it. It is found out before the share is: what it takes must not
 * tell whether there is one.
 */
export interface Shown {
  /** A code that may open it. */
  capability?: string | undefined
  /** They have a secret that may write to it. */
  isWriter?: boolean
  /** Whether they own it, or run the server. */
  owns?: (share: Gate) => Promise<boolean>
}

export interface Admission {
  /**
   * Lets pass who may see the share. Throws `password_required` where a password would help, and `not_found` where
   * nothing would that the caller can be told of.
   */
  admit(share: Gate, shown: Shown): Promise<void>
  /** Opens a share that its link alone does not open, until who may see it changes. */
  capabilityOf(share: Gate): Promise<string>
  isCapability(share: Gate, capability: string): Promise<boolean>
  /** What stands in the place of an id for those who may see it and can show nothing else: it may hold a capability. */
  openName(share: Gate): Promise<string>
}

export function createAdmission({ machine, keys }: { machine: Machine; keys: Keys }): Admission {
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

    async admit(share, { capability, isWriter, owns }) {
      if (isOpen(share) || isWriter || (await owns?.(share))) return
      if (capability !== undefined && (await opens(share, capability))) return
      throw share.visibility === "password" ? passwordRequired() : notFound()
    },
  }
}

/** To whoever has the link. */
export function isOpen({ visibility }: Pick<Gate, "visibility">): boolean {
  return visibility === "unlisted" || visibility === "public"
}

/** Of base64url's letters those that an id may have in any place. */
function written(mac: string): string {
  return mac.replace(/[-_]/g, "").slice(0, CAPABILITY_LENGTH)
}
