import { Hono } from "hono"
import * as z from "zod/mini"
import { ShareError } from "../protocol/errors.ts"
import { renderAdminEntryPage } from "../viewer/admin/entry-page.ts"
import { renderOverviewPage } from "../viewer/admin/overview-page.ts"
import { restrictionsOf } from "../viewer/restrictions.ts"
import { createAdminAuditPages } from "./admin-audit-pages.ts"
import { createAdminBlockPages } from "./admin-block-pages.ts"
import { createAdminDesk } from "./admin-desk.ts"
import { createAdminOverview } from "./admin-overview.ts"
import { createAdminSharePages } from "./admin-share-pages.ts"
import { requireAdminToken } from "./admin-token.ts"
import { createAdminTokenPages } from "./admin-token-pages.ts"
import { assetUrls } from "./assets.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { letIn } from "./enter.ts"

/** Of the newest shares, as many as are seen at a glance. */
const NEWEST = "8"

const entryForm = z.object({
  token: z.string().check(z.trim(), z.minLength(1, "must be the admin token"), z.maxLength(256)),
})

/** The operator's pages: what /api/admin does, for people. */
export function createAdminPages(deps: ApiDeps): Hono<ApiEnv> {
  const { config, assets, machine } = deps
  const app = new Hono<ApiEnv>()
  const desk = createAdminDesk(deps)
  const overview = createAdminOverview(deps)
  const door = (refused?: string) =>
    renderAdminEntryPage({ assets: assetUrls(assets), ...(refused !== undefined && { refused }) })

  const showOverview = desk.page(async (_, frame) => {
    const asked = machine.now()
    const counted = await overview.read()
    const answeredMs = machine.now() - asked
    const { shares: newest } = await overview.shares({ limit: NEWEST })
    return renderOverviewPage(frame, {
      overview: counted,
      newest,
      restrictions: restrictionsOf({ ...config, locked: config.lock !== undefined }),
      needsToken: config.needsToken,
      answeredMs,
    })
  })

  app.use("/admin/*", async (c, next) => {
    await next()
    c.res.headers.set("x-robots-tag", "noindex")
  })

  app.get("/admin", async (c, next) =>
    (await desk.browsers.readSession(c, "admin")) ? showOverview(c, next) : c.html(door()),
  )

  app.post("/admin/enter", async (c) => {
    const { token } = await desk.browsers.readForm(c, entryForm)
    try {
      await requireAdminToken(c, deps, token)
    } catch (error) {
      if (!(error instanceof ShareError) || error.code !== "unauthorized") throw error
      return c.html(door(error.message), error.status, { "www-authenticate": "Bearer" })
    }
    return letIn(c, { deps, browsers: desk.browsers, entry: { kind: "admin", subject: {} } })
  })

  app.post(
    "/admin/leave",
    desk.form(z.object({}), async (c) => {
      await desk.browsers.endSession(c, "admin")
      return c.redirect("/admin", 303)
    }),
  )

  app.route("/", createAdminSharePages(deps, desk))
  app.route("/", createAdminTokenPages(deps, desk))
  app.route("/", createAdminBlockPages(deps, desk))
  app.route("/", createAdminAuditPages(deps, desk))
  return app
}
