import { notFound } from "../../protocol/errors.ts"
import type { DeletionID, Machine, MetaStore, ShareRow } from "../ports.ts"
import { createOwnerCheck, type OwnerClaim } from "../recover/owner.ts"
import { isAuthentic } from "../secret.ts"

/** What somebody shows who asks for shares of theirs. */
export interface Holding {
  owner?: { claim: OwnerClaim; action: "list" | "enter" } | undefined
  secrets?: readonly { shareID: string; secret: string }[] | undefined
}

/** Whose shares these are: all of these creators, and these ones. */
export interface Holder {
  creators: string[]
  shares: HeldShare[]
}

export interface HeldShare extends DeletionID {
  /** Of the secret that opened it. */
  secretHash: string
}

/** Secrets that are looked at side by side. */
const AT_ONCE = 8

/** Who holds which shares. No account is needed: what opens a share is who its owner is. */
export function createHolderCheck(deps: { meta: MetaStore; machine: Machine }) {
  const checkOwner = createOwnerCheck(deps)

  async function heldBy({ shareID, secret }: { shareID: string; secret: string }) {
    if (!(await isAuthentic(deps, { shareID, secret, to: "write" }))) return undefined
    const share = await deps.meta.findShare(shareID)
    const secretHash = deps.machine.hash(secret)
    return share?.state === "active" ? { shareID, generation: share.generation, secretHash } : undefined
  }

  /**
   * Wrong secrets, and those of shares that are gone, open nothing and are passed over. Throws `forbidden` when a
   * statement is not its owner's, `not_found` when nothing is left.
   */
  return async function findHolder({ owner, secrets = [] }: Holding): Promise<Holder> {
    const creators = owner ? [await checkOwner({ action: owner.action, owner: owner.claim })] : []
    const shares: HeldShare[] = []
    for (let at = 0; at < secrets.length; at += AT_ONCE) {
      const held = await Promise.all(secrets.slice(at, at + AT_ONCE).map(heldBy))
      shares.push(...held.filter((share) => share !== undefined))
    }
    if (creators.length === 0 && shares.length === 0) throw notFound()
    return { creators, shares }
  }
}

/** Whether a share is one of somebody's, at this moment: a secret that was replaced shows nothing any more. */
export function createHolderTest({ meta }: { meta: MetaStore }) {
  return async function holds(
    { creators, shares }: Holder,
    { id, generation, creator }: Pick<ShareRow, "id" | "generation" | "creator">,
  ): Promise<boolean> {
    if (creator !== undefined && creators.includes(creator)) return true
    const held = shares.filter((share) => share.shareID === id && share.generation === generation)
    for (const { secretHash } of held) {
      const known = await meta.secrets(id, secretHash)
      if (known.some(({ scope }) => scope === "write")) return true
    }
    return false
  }
}
