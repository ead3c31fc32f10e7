import { type Context, Hono } from "hono"
import * as z from "zod/mini"
import { type ReissueAnswer, sharesQuery, takeDownBody } from "../protocol/admin-routes.ts"
import { shareParams } from "../protocol/routes.ts"
import type { AdminFrame } from "../viewer/admin/frame.ts"
import { renderAdminSharePage } from "../viewer/admin/share-page.ts"
import { renderSharesPage } from "../viewer/admin/shares-page.ts"
import { toBlockAnswer } from "./admin-blocks.ts"
import { type AdminDesk, filled } from "./admin-desk.ts"
import { createAdminOverview } from "./admin-overview.ts"
import { originOf } from "./audit-origin.ts"
import { readParams, readQuery } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

/** All shares, and what the operator can do with one. */
export function createAdminSharePages(deps: ApiDeps, desk: AdminDesk): Hono<ApiEnv> {
  const { shares, trust } = deps
  const app = new Hono<ApiEnv>()
  const overview = createAdminOverview(deps)
  const shareIDOf = (c: Context<ApiEnv>) => readParams(c, shareParams).id

  async function showShare(frame: AdminFrame, shareID: string, reissued?: ReissueAnswer): Promise<string> {
    const share = await overview.share(shareID)
    const blocks = (await trust.blocks.list()).map(toBlockAnswer)
    return renderAdminSharePage(frame, { share, blocks, ...(reissued && { reissued }) })
  }

  app.get(
    "/admin/shares",
    desk.page(async (c, frame) => {
      const filter = readQuery(c, filled(sharesQuery))
      const token = (await trust.tokens.list()).find(({ id }) => id === filter.token)
      return renderSharesPage(frame, {
        answer: await overview.shares(filter),
        filter,
        tokenName: token?.name,
      })
    }),
  )

  app.get(
    "/admin/shares/:id",
    desk.page(async (c, frame) => showShare(frame, shareIDOf(c))),
  )

  app.post(
    "/admin/shares/:id/take-down",
    desk.form(filled(takeDownBody), async (c, { reason }) => {
      const shareID = shareIDOf(c)
      await shares.takeDown({ shareID, reason, by: await originOf(c, deps, "admin") })
      return c.redirect(`/admin/shares/${shareID}`, 303)
    }),
  )

  app.post(
    "/admin/shares/:id/secret",
    desk.form(z.object({}), async (c, _, frame) => {
      const shareID = shareIDOf(c)
      const reissued = await shares.reissue({ shareID, by: await originOf(c, deps, "admin") })
      return showShare(frame, shareID, reissued)
    }),
  )

  return app
}
