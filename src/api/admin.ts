import { type Context, Hono, type MiddlewareHandler } from "hono"
import {
  ADMIN_ROUTES,
  auditQuery,
  type TokenAnswer,
  tokenBody,
  tokenParams,
} from "../protocol/admin-routes.ts"
import { ShareError } from "../protocol/errors.ts"
import type { ListedToken } from "../trust/tokens.ts"
import { bearerToken } from "./access.ts"
import { createAdminBlockRoutes } from "./admin-blocks.ts"
import { createAdminShareRoutes } from "./admin-shares.ts"
import { requireAdminToken } from "./admin-token.ts"
import { exportAudit } from "./audit-export.ts"
import { originOf } from "./audit-origin.ts"
import { readBody, readParams, readQuery } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { enterUrl } from "./enter.ts"

/** What only the operator may do, with the admin token. */
export function createAdminRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const { trust, config } = deps
  const app = new Hono<ApiEnv>()
  const byAdmin = (c: Context<ApiEnv>) => originOf(c, deps, "admin")
  app.use("/api/admin/*", requireAdmin(deps))

  app.get(ADMIN_ROUTES.listTokens.path, async (c) =>
    c.json({ tokens: (await trust.tokens.list()).map(toTokenAnswer) }),
  )

  app.post(ADMIN_ROUTES.createToken.path, async (c) => {
    const { name } = await readBody(c, tokenBody)
    const { token, text } = await trust.tokens.create({ name, by: await byAdmin(c) })
    return c.json({ token: toTokenAnswer(token), text })
  })

  app.delete(ADMIN_ROUTES.revokeToken.path, async (c) => {
    const { token: id } = readParams(c, tokenParams)
    return c.json({ token: toTokenAnswer(await trust.tokens.revoke({ id, by: await byAdmin(c) })) })
  })

  app.get(ADMIN_ROUTES.readAudit.path, (c) => exportAudit(c, deps, readQuery(c, auditQuery)))

  app.post(ADMIN_ROUTES.rotateAdminToken.path, async (c) =>
    c.json({ token: await trust.admin.rotate(await byAdmin(c)) }),
  )

  app.post(ADMIN_ROUTES.enterAdmin.path, async (c) =>
    c.json({ url: enterUrl(config.baseUrl, await trust.sessions.createEntry("admin", {})) }),
  )

  app.route("/", createAdminShareRoutes(deps))
  app.route("/", createAdminBlockRoutes(deps))
  return app
}

function requireAdmin(deps: ApiDeps): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const offered = bearerToken(c.req.header("authorization"))
    if (offered === undefined) {
      throw new ShareError("unauthorized", "This takes the admin token, as `Authorization: Bearer <token>`.")
    }
    await requireAdminToken(c, deps, offered)
    await next()
    c.res.headers.set("cache-control", "no-store")
  }
}

export function toTokenAnswer({ id, name, createdAt, revokedAt, lastUsedAt }: ListedToken): TokenAnswer {
  return {
    id,
    name,
    ...(createdAt !== undefined && { createdAt: toIso(createdAt) }),
    ...(revokedAt !== undefined && { revokedAt: toIso(revokedAt) }),
    ...(lastUsedAt !== undefined && { lastUsedAt: toIso(lastUsedAt) }),
  }
}

function toIso(ms: number): string {
  return new Date(ms).toISOString()
}
