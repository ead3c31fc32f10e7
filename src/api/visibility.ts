import { Hono } from "hono"
import * as z from "zod/mini"
import { joinCapability } from "../protocol/capability.ts"
import { ShareError } from "../protocol/errors.ts"
import { type AccessAnswer, accessBody, ROUTES, type UnlockAnswer, unlockBody } from "../protocol/routes.ts"
import type { ActiveShare } from "../shares/active.ts"
import { shareHref } from "../viewer/frame.ts"
import { renderPasswordPage } from "../viewer/password-page.ts"
import type { Visitors } from "./admit.ts"
import { assetUrls } from "./assets.ts"
import { originOf } from "./audit-origin.ts"
import { readBody, readSecretHeader, readShareID } from "./body.ts"
import { createBrowserSessions } from "./browser-session.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { importUrlOf } from "./import-url.ts"
import { createPasswordAttempts } from "./password-attempts.ts"
import { idsOf } from "./request-ids.ts"

const unlockForm = z.object({ password: unlockBody.shape.password, back: z.optional(z.string()) })

/** Who may see a share, and for how long: its owner says so, and its readers give its password. */
export function createVisibilityRoutes(deps: ApiDeps, visitors: Visitors): Hono<ApiEnv> {
  const { shares, config, assets, log } = deps
  const app = new Hono<ApiEnv>()
  const attempts = createPasswordAttempts(deps)
  const browsers = createBrowserSessions(deps)

  app.patch(ROUTES.changeShare.path, async (c) => {
    const shareID = readShareID(c)
    const { expires: expiry, ...change } = await readBody(c, accessBody)
    const share = await shares.changeAccess({
      shareID,
      credentials: { secret: readSecretHeader(c) },
      change: { ...change, expiry },
      by: await originOf(c, deps, "secret"),
    })
    log.info({ share: shareID, visibility: share.visibility, ...idsOf(c) }, "access changed")
    return c.json(await describe(share), 200, { "cache-control": "no-store" })
  })

  app.post(ROUTES.unlockShare.path, async (c) => {
    const shareID = readShareID(c)
    const { password } = await readBody(c, unlockBody)
    const capability = await attempts.unlock(c, { shareID, password })
    const url = `${config.baseUrl}${shareHref(joinCapability(shareID, capability))}`
    const answer: UnlockAnswer = { capability, url }
    return c.json(answer, 200, { "cache-control": "no-store" })
  })

  app.post("/share/:id/unlock", async (c) => {
    const shareID = readShareID(c)
    const page = shareHref(shareID)
    const { password, back = page } = await browsers.readForm(c, unlockForm)
    try {
      const capability = await attempts.unlock(c, { shareID, password })
      visitors.keepPass(c, { shareID, capability })
    } catch (error) {
      // It asks for none any more.
      if (error instanceof ShareError && error.code === "conflict") return c.redirect(page, 303)
      if (!(error instanceof ShareError) || error.code !== "forbidden") throw error
      const refusal = renderPasswordPage({
        shareID,
        back,
        refused: error.message,
        abuseUrl: config.abuseUrl,
        assets: assetUrls(assets),
      })
      return c.html(refusal, error.status, { "cache-control": "no-store" })
    }
    return c.redirect(isBelow(back, page) ? back : page, 303)
  })

  async function describe(share: ActiveShare): Promise<AccessAnswer> {
    const { id, visibility, expiresAt } = share
    return {
      visibility,
      ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
      url: `${config.baseUrl}${shareHref(id)}`,
      importUrl: await importUrlOf(deps, share),
    }
  }

  return app
}

/** Whether an address is the share's own, or of a page of it: nobody is led elsewhere by a form. */
function isBelow(address: string, page: string): boolean {
  return address.startsWith(page) && /^(?:[/?]|$)/.test(address.slice(page.length))
}
