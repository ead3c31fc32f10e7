import { type Context, Hono } from "hono"
import { ADMIN_ROUTES, type ReissueAnswer, sharesQuery, takeDownBody } from "../protocol/admin-routes.ts"
import type { DeleteAnswer } from "../protocol/routes.ts"
import { createAdminOverview } from "./admin-overview.ts"
import { originOf } from "./audit-origin.ts"
import { readBody, readQuery, readShareID } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

/** What the operator may see of shares, and do with them. Content is read as everybody reads it: with the link. */
export function createAdminShareRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const { shares } = deps
  const app = new Hono<ApiEnv>()
  const overview = createAdminOverview(deps)
  const byAdmin = (c: Context<ApiEnv>) => originOf(c, deps, "admin")

  app.get(ADMIN_ROUTES.listShares.path, async (c) => c.json(await overview.shares(readQuery(c, sharesQuery))))

  app.delete(ADMIN_ROUTES.takeDownShare.path, async (c) => {
    const shareID = readShareID(c)
    const { reason } = await readBody(c, takeDownBody)
    const receipt = await shares.takeDown({ shareID, reason, by: await byAdmin(c) })
    const answer: DeleteAnswer = { ok: true, receipt }
    return c.json(answer)
  })

  app.post(ADMIN_ROUTES.reissueSecret.path, async (c) => {
    const answer: ReissueAnswer = await shares.reissue({ shareID: readShareID(c), by: await byAdmin(c) })
    return c.json(answer)
  })

  app.get(ADMIN_ROUTES.readOverview.path, async (c) =>
    c.json({ ...(await overview.read()), address: c.env.address }),
  )

  return app
}
