import type { Context } from "hono"
import type { Gate } from "../shares/access/admission.ts"
import type { Subject } from "../trust/subject.ts"
import { bearerToken } from "./access.ts"
import { type BrowserSessions, createBrowserSessions } from "./browser-session.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

type Owned = Pick<Gate, "id" | "generation" | "creator">

/** Whose shares whoever asks may see, be they open to their link or not: the operator's are all. */
export function createOwnership(
  deps: Pick<ApiDeps, "trust" | "config">,
  browsers: BrowserSessions = createBrowserSessions(deps),
): (c: Context<ApiEnv>) => Promise<(share: Owned) => boolean> {
  async function isOperator(c: Context<ApiEnv>): Promise<boolean> {
    const token = bearerToken(c.req.header("authorization"))
    if (token !== undefined && (await deps.trust.admin.check(token))) return true
    return (await browsers.readSession(c, "admin")) !== undefined
  }

  return async (c) => {
    if (await isOperator(c)) return () => true
    const owner = await browsers.readSession(c, "owner")
    return (share) => owner !== undefined && isOf(owner.subject, share)
  }
}

/** Whether a share is one of those that somebody was let in to. */
export function isOf({ creators, shares }: Subject<"owner">, { id, generation, creator }: Owned): boolean {
  if (creator !== undefined && creators.includes(creator)) return true
  return shares.some((share) => share.id === id && share.generation === generation)
}
