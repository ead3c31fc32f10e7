import { Hono } from "hono"
import * as z from "zod/mini"
import { tokenBody, tokenParams } from "../protocol/admin-routes.ts"
import type { AdminFrame } from "../viewer/admin/frame.ts"
import { renderTokensPage } from "../viewer/admin/tokens-page.ts"
import { toTokenAnswer } from "./admin.ts"
import type { AdminDesk } from "./admin-desk.ts"
import { originOf } from "./audit-origin.ts"
import { readParams } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

const tokenForm = z.object({ name: tokenBody.shape.name })

/** Tokens that create: made, listed and revoked. */
export function createAdminTokenPages(deps: ApiDeps, desk: AdminDesk): Hono<ApiEnv> {
  const { tokens, blocks } = deps.trust
  const { baseUrl } = deps.config
  const app = new Hono<ApiEnv>()

  async function show(frame: AdminFrame, made?: { name: string; text: string }): Promise<string> {
    const all = (await tokens.list()).map(toTokenAnswer)
    const blocked = new Set(
      (await blocks.list()).filter(({ kind }) => kind === "token").map(({ value }) => value),
    )
    return renderTokensPage(frame, { tokens: all, blocked, baseUrl, ...(made && { made }) })
  }

  app.get(
    "/admin/tokens",
    desk.page((_, frame) => show(frame)),
  )

  app.post(
    "/admin/tokens",
    desk.form(tokenForm, async (c, { name }, frame) => {
      const { text } = await tokens.create({ name, by: await originOf(c, deps, "admin") })
      return show(frame, { name, text })
    }),
  )

  app.post(
    "/admin/tokens/:token/revoke",
    desk.form(z.object({}), async (c) => {
      await tokens.revoke({ id: readParams(c, tokenParams).token, by: await originOf(c, deps, "admin") })
      return c.redirect("/admin/tokens", 303)
    }),
  )

  return app
}
