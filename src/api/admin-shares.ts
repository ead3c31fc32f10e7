import { type Context, Hono } from "hono"
import {
  ADMIN_ROUTES,
  type OverviewAnswer,
  type ReissueAnswer,
  type SharesAnswer,
  sharesQuery,
  takeDownBody,
} from "../protocol/admin-routes.ts"
import type { DeleteAnswer } from "../protocol/routes.ts"
import { originOf } from "./audit-origin.ts"
import { readBody, readQuery, readShareID } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

/** Shares at one go, unless asked. */
const PAGE = 50

/** What the operator may see of shares, and do with them. Content is read as everybody reads it: with the link. */
export function createAdminShareRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const { shares, trust, config } = deps
  const app = new Hono<ApiEnv>()
  const byAdmin = (c: Context<ApiEnv>) => originOf(c, deps, "admin")

  app.get(ADMIN_ROUTES.listShares.path, async (c) => {
    const { after, limit = String(PAGE), token, ...query } = readQuery(c, sharesQuery)
    const most = Number(limit)
    const found = await trust.listShares({ ...query, tokenID: token, before: readPlace(after), limit: most })
    const names = new Map((await trust.tokens.list()).map(({ id, name }) => [id, name]))
    const last = found.length === most ? found.at(-1) : undefined
    const answer: SharesAnswer = {
      shares: found.map(({ tokenID, createdAt: created, updatedAt, revokedAt, ...share }) => ({
        ...share,
        token: tokenID === undefined ? undefined : (names.get(tokenID) ?? tokenID),
        createdAt: new Date(created).toISOString(),
        updatedAt: new Date(updatedAt).toISOString(),
        revokedAt: revokedAt === undefined ? undefined : new Date(revokedAt).toISOString(),
      })),
      ...(last && { next: `${last.createdAt}_${last.id}` }),
    }
    return c.json(answer)
  })

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

  app.get(ADMIN_ROUTES.readOverview.path, async (c) => {
    const { shares: count, segments, bytes, superseded, deletions, webhook } = await trust.totals()
    const answer: OverviewAnswer = {
      version: config.version,
      shares: count,
      storage: { segments, bytes },
      waiting: { deletions, superseded, webhook },
    }
    return c.json(answer)
  })

  return app
}

/** Where the list was left: `<createdAt>_<id>`, as `next` says it. An id may hold more of the `_`. */
function readPlace(after: string | undefined): { createdAt: number; shareID: string } | undefined {
  const [, createdAt, shareID] = /^(\d+)_(.+)$/.exec(after ?? "") ?? []
  return shareID === undefined ? undefined : { createdAt: Number(createdAt), shareID }
}
