import { Hono } from "hono"
import { blockBody, unblockBody } from "../protocol/admin-routes.ts"
import { renderBlocksPage } from "../viewer/admin/blocks-page.ts"
import { toBlockAnswer } from "./admin-blocks.ts"
import { type AdminDesk, filled } from "./admin-desk.ts"
import { originOf } from "./audit-origin.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

/** Whom the operator keeps out: listed, added and let in again. */
export function createAdminBlockPages(deps: ApiDeps, desk: AdminDesk): Hono<ApiEnv> {
  const { blocks, tokens } = deps.trust
  const app = new Hono<ApiEnv>()

  app.get(
    "/admin/blocks",
    desk.page(async (_, frame) =>
      renderBlocksPage(frame, {
        blocks: (await blocks.list()).map(toBlockAnswer),
        tokenNames: new Map((await tokens.list()).map(({ id, name }) => [id, name])),
      }),
    ),
  )

  app.post(
    "/admin/blocks",
    desk.form(filled(blockBody), async (c, block) => {
      await blocks.add({ ...block, by: await originOf(c, deps, "admin") })
      return c.redirect("/admin/blocks", 303)
    }),
  )

  app.post(
    "/admin/blocks/remove",
    desk.form(unblockBody, async (c, block) => {
      await blocks.remove({ ...block, by: await originOf(c, deps, "admin") })
      return c.redirect("/admin/blocks", 303)
    }),
  )

  return app
}
