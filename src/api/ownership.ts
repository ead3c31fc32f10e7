import type { Context } from "hono"
import type { Gate } from "../shares/access/admission.ts"
import { bearerToken } from "./access.ts"
import { type BrowserSessions, createBrowserSessions } from "./browser-session.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { holderOf } from "./owner.ts"

type Owned = Pick<Gate, "id" | "generation" | "creator">

/** Whose shares whoever asks may see, be they open to their link or not: the operator's are all. */
export function createOwnership(
  deps: Pick<ApiDeps, "shares" | "trust" | "config">,
  browsers: BrowserSessions = createBrowserSessions(deps),
): (c: Context<ApiEnv>) => Promise<(share: Owned) => Promise<boolean>> {
  async function isOperator(c: Context<ApiEnv>): Promise<boolean> {
    const token = bearerToken(c.req.header("authorization"))
    if (token !== undefined && (await deps.trust.admin.check(token))) return true
    return (await browsers.readSession(c, "admin")) !== undefined
  }

  return async (c) => {
    if (await isOperator(c)) return async () => true
    const owner = await browsers.readSession(c, "owner")
    return async (share) => owner !== undefined && deps.shares.holds(holderOf(owner), share)
  }
}
