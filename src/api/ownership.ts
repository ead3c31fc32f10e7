import type { Context } from "hono"
import type { Credentials } from "../shares/access/credentials.ts"
import type { Subject } from "../trust/subject.ts"
import { bearerToken } from "./access.ts"
import { type BrowserSessions, createBrowserSessions } from "./browser-session.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

type Owned = Parameters<NonNullable<Credentials["owns"]>>[0]

/** Asked only of shares that are not open to their link: whether their owner, or the operator, is who asks. */
export function createOwnership(
  deps: Pick<ApiDeps, "trust" | "config">,
  browsers: BrowserSessions = createBrowserSessions(deps),
): (c: Context<ApiEnv>, share: Owned) => Promise<boolean> {
  return async (c, share) => {
    const token = bearerToken(c.req.header("authorization"))
    if (token !== undefined && (await deps.trust.admin.check(token))) return true
    if (await browsers.readSession(c, "admin")) return true
    const owner = await browsers.readSession(c, "owner")
    return owner !== undefined && isOf(owner.subject, share)
  }
}

/** Whether a share is one of those that somebody was let in to. */
export function isOf({ creators, shares }: Subject<"owner">, { id, generation, creator }: Owned): boolean {
  if (creator !== undefined && creators.includes(creator)) return true
  return shares.some((share) => share.id === id && share.generation === generation)
}
