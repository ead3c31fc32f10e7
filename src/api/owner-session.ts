import type { Credentials } from "../shares/access/credentials.ts"
import type { Shares } from "../shares/shares.ts"
import { ownerActor } from "../trust/audit.ts"
import type { BrowserSession } from "../trust/sessions.ts"
import { holderOf } from "./owner.ts"

/** A browser that was let in to somebody's own shares. */
export type OwnerSession = BrowserSession<"owner">

/** What it shows to act on one of them. */
export function ownedBy(session: OwnerSession, shares: Pick<Shares, "holds">): Credentials {
  return { owns: (share) => shares.holds(holderOf(session), share) }
}

/** As the audit says them. */
export function actorOf({ subject: { creators } }: OwnerSession): string {
  const [creator] = creators
  return creator === undefined ? "secret" : ownerActor(creator)
}
