import { type Context, Hono, type MiddlewareHandler } from "hono"
import {
  ADMIN_ROUTES,
  auditQuery,
  type TokenAnswer,
  tokenBody,
  tokenParams,
} from "../protocol/admin-routes.ts"
import { toAuditLine } from "../protocol/audit.ts"
import { ShareError } from "../protocol/errors.ts"
import { LimitReached } from "../shares/ports.ts"
import type { AuditQuery } from "../trust/ports.ts"
import type { ListedToken } from "../trust/tokens.ts"
import { bearerToken } from "./access.ts"
import { createAdminBlockRoutes } from "./admin-blocks.ts"
import { createAdminShareRoutes } from "./admin-shares.ts"
import { originOf } from "./audit-origin.ts"
import { readBody, readParams, readQuery } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { enterUrl } from "./enter.ts"
import { networkOf } from "./network.ts"
import { streamBytes } from "./stream-bytes.ts"

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
    const { name, limits } = await readBody(c, tokenBody)
    const { token, text } = await trust.tokens.create({ name, limits, by: await byAdmin(c) })
    return c.json({ token: toTokenAnswer(token), text })
  })

  app.delete(ADMIN_ROUTES.revokeToken.path, async (c) => {
    const { token: id } = readParams(c, tokenParams)
    return c.json({ token: toTokenAnswer(await trust.tokens.revoke({ id, by: await byAdmin(c) })) })
  })

  app.get(ADMIN_ROUTES.readAudit.path, (c) => {
    const { since, until, event, share } = readQuery(c, auditQuery)
    const lines = writeLines(deps, { since: toTime(since), until: toTime(until), event, shareID: share })
    return new Response(c.req.method === "HEAD" ? null : streamBytes(lines), {
      headers: { "content-type": ADMIN_ROUTES.readAudit.answer },
    })
  })

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

/**
 * The right token is let in always: it cannot be guessed, and whoever tries from the same address must not lock the
 * operator out. Wrong ones are counted, and soon only told to wait.
 */
function requireAdmin({ trust, machine, limiters }: ApiDeps): MiddlewareHandler<ApiEnv> {
  return async (c, next) => {
    const offered = bearerToken(c.req.header("authorization"))
    if (offered === undefined) {
      throw new ShareError("unauthorized", "This takes the admin token, as `Authorization: Bearer <token>`.")
    }
    if (!(await trust.admin.check(offered))) {
      void trust.audit.failed({ of: "admin", address: c.env.address })
      const limiter = limiters["admin-failures"]
      const taken = await limiter?.take(machine.hash(`address:${networkOf(c.env.address)}`))
      if (limiter && taken && !taken.allowed) throw new LimitReached(limiter.budget, taken)
      throw new ShareError(
        "unauthorized",
        "This is not the admin token. `npm run admin-token` on the server makes a new one.",
      )
    }
    await next()
    c.res.headers.set("cache-control", "no-store")
  }
}

async function* writeLines({ trust, log }: ApiDeps, query: AuditQuery): AsyncGenerator<Uint8Array> {
  const encoder = new TextEncoder()
  try {
    for await (const rows of trust.audit.read(query)) {
      yield encoder.encode(rows.map((row) => `${JSON.stringify(toAuditLine(row))}\n`).join(""))
    }
  } catch (err) {
    log.error({ err }, "the export of the audit was cut off")
    throw err
  }
}

function toTokenAnswer({ id, name, limits, createdAt, revokedAt, lastUsedAt }: ListedToken): TokenAnswer {
  return {
    id,
    name,
    ...(createdAt !== undefined && { createdAt: toIso(createdAt) }),
    ...(revokedAt !== undefined && { revokedAt: toIso(revokedAt) }),
    ...(lastUsedAt !== undefined && { lastUsedAt: toIso(lastUsedAt) }),
    ...(limits !== undefined && { limits: { ...limits } }),
  }
}

function toIso(ms: number): string {
  return new Date(ms).toISOString()
}

function toTime(text: string | undefined): number | undefined {
  return text === undefined ? undefined : Date.parse(text)
}
