import { type Context, Hono } from "hono"
import type * as z from "zod/mini"
import { ownersServers } from "../protocol/owner.ts"
import { type EntryAnswer, holderBody, ROUTES } from "../protocol/routes.ts"
import type { Holder } from "../shares/own/holder.ts"
import type { BrowserSession } from "../trust/sessions.ts"
import type { Subject } from "../trust/subject.ts"
import { readBody } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { enterUrl } from "./enter.ts"
import { listOwned } from "./owned-shares.ts"

/** What whoever holds an owner's key, or shares' secrets, may ask of all that is theirs. */
export function createOwnerRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const { shares, trust, config } = deps
  const app = new Hono<ApiEnv>()

  app.post(ROUTES.listOwnedShares.path, async (c) => {
    const body = await readBody(c, holderBody)
    const holder = await holderOf(c, body, "list")
    const answer = await listOwned(deps, { ...holder, after: body.after })
    return c.json(answer, 200, { "cache-control": "no-store" })
  })

  app.post(ROUTES.enterAsOwner.path, async (c) => {
    const holder = await holderOf(c, await readBody(c, holderBody), "enter")
    const code = await trust.sessions.createEntry("owner", subjectOf(holder))
    const answer: EntryAnswer = { url: enterUrl(config.baseUrl, code) }
    return c.json(answer, 200, { "cache-control": "no-store" })
  })

  function holderOf(
    c: Context<ApiEnv>,
    { owner, shares: held }: z.infer<typeof holderBody>,
    action: "list" | "enter",
  ): Promise<Holder> {
    const servers = ownersServers(config.baseUrl, c.req.url)
    return shares.findHolder({
      ...(owner && { owner: { claim: { ...owner, servers }, action } }),
      secrets: held?.map(({ id: shareID, secret }) => ({ shareID, secret })),
    })
  }

  return app
}

/** As a browser's session keeps it, and back. */
export function subjectOf({ creators, shares }: Holder): Subject<"owner"> {
  return { creators, shares: shares.map(({ shareID: id, ...held }) => ({ id, ...held })) }
}

export function holderOf({
  subject: { creators, shares },
}: Pick<BrowserSession<"owner">, "subject">): Holder {
  return { creators, shares: shares.map(({ id: shareID, ...held }) => ({ shareID, ...held })) }
}
