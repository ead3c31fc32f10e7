import { Hono } from "hono"
import { ADMIN_ROUTES, type BlockAnswer, blockBody, unblockBody } from "../protocol/admin-routes.ts"
import type { BlockRow } from "../trust/ports.ts"
import { originOf } from "./audit-origin.ts"
import { readBody } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

/** Whom the operator keeps out. */
export function createAdminBlockRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const { blocks } = deps.trust
  const app = new Hono<ApiEnv>()

  app.get(ADMIN_ROUTES.listBlocks.path, async (c) =>
    c.json({ blocks: (await blocks.list()).map(toBlockAnswer) }),
  )

  app.post(ADMIN_ROUTES.addBlock.path, async (c) => {
    const body = await readBody(c, blockBody)
    const block = await blocks.add({ ...body, by: await originOf(c, deps, "admin") })
    return c.json({ block: toBlockAnswer(block) })
  })

  app.delete(ADMIN_ROUTES.removeBlock.path, async (c) => {
    const body = await readBody(c, unblockBody)
    await blocks.remove({ ...body, by: await originOf(c, deps, "admin") })
    return c.json({})
  })

  return app
}

export function toBlockAnswer({ createdAt, ...block }: BlockRow): BlockAnswer {
  return { ...block, createdAt: new Date(createdAt).toISOString() }
}
