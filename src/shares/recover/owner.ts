import { ShareError } from "../../protocol/errors.ts"
import { OWNER_WINDOW_MS, type OwnerStatement, ownerStatement } from "../../protocol/owner.ts"
import type { OwnerProof } from "../../protocol/routes.ts"
import type { Machine, MetaStore } from "../ports.ts"

/** What an owner has signed, as the request says it. */
export interface OwnerClaim extends OwnerProof {
  /** The addresses under which this server takes statements (`ownersServers`). */
  servers: readonly string[]
}

export interface OwnedRequest {
  action: OwnerStatement["action"]
  sessionID?: string | undefined
  shareID?: string | undefined
  owner: OwnerClaim
}

/**
 * Resolves to the creator that a share of this owner has; throws `forbidden`. A statement holds once: it is remembered
 * as a lease until its time is over, and so on all nodes. By its text and not its signature, of which one statement
 * may have several.
 */
export function createOwnerCheck({ meta, machine }: { meta: MetaStore; machine: Machine }) {
  return async function checkOwner({ action, sessionID, shareID, owner }: OwnedRequest): Promise<string> {
    const { key, at, signature, servers } = owner
    const now = machine.now()
    if (Math.abs(now - at) > OWNER_WINDOW_MS) throw clockSkew({ at, now })
    const statement = servers
      .map((baseUrl) => ownerStatement({ action, baseUrl, sessionID, shareID, at }))
      .find((text) => machine.verify(key, text, signature))
    if (statement === undefined) throw notSigned(servers[0] ?? "")
    const name = `owner ${machine.hash(`${key}\n${statement}`)}`
    // Held while any node may take it, whatever that one's clock says.
    const until = at + OWNER_WINDOW_MS + 1
    if (!(await meta.takeLease({ name, now, until }))) throw usedBefore()
    return ownersCreator(machine, key)
  }
}

/** What the shares of this owner have as their creator. */
export function ownersCreator(machine: Pick<Machine, "hash">, key: string): string {
  return machine.hash(`owner:${key}`)
}

function clockSkew({ at, now }: { at: number; now: number }): ShareError {
  const [signed, here] = [at, now].map((ms) =>
    Math.abs(ms) <= 8.64e15 ? new Date(ms).toISOString() : String(ms),
  )
  const minutes = Math.round(Math.abs(now - at) / 60_000)
  return new ShareError(
    "forbidden",
    `The owner's signature says ${signed}, and this server's clock says ${here}: a clock skew of ${minutes} minutes, where ${OWNER_WINDOW_MS / 60_000} are allowed. Set the clock that is wrong, and sign again.`,
  )
}

function notSigned(server: string): ShareError {
  return new ShareError(
    "forbidden",
    `The owner's signature is not one of this request for ${server}. If you reach this server by another address, use that one, which it has as its BASE_URL.`,
  )
}

function usedBefore(): ShareError {
  return new ShareError("forbidden", "This signature of the owner has been used already: sign again.")
}
