import { Hono } from "hono"
import { notFound } from "../protocol/errors.ts"
import { type PublicListAnswer, publicListQuery, ROUTES } from "../protocol/routes.ts"
import { shareHref } from "../viewer/frame.ts"
import { renderPublicList } from "../viewer/public-list.ts"
import { assetUrls } from "./assets.ts"
import { readQuery } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { nextPlace, readPlace } from "./list-place.ts"

/** Shares on one page of the list. */
const PAGE = 50

/** Shares that their owners made public, where the operator keeps a list of them; elsewhere there is no such address. */
export function createPublicListRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const { shares, machine, config, assets } = deps
  const app = new Hono<ApiEnv>()

  async function find({ q, after }: { q?: string | undefined; after?: string | undefined }) {
    if (!config.publicList) throw notFound()
    const words = q?.trim() || undefined
    const found = await shares.listPublic({
      words,
      before: readPlace(after),
      now: machine.now(),
      limit: PAGE,
    })
    const next = nextPlace(found, PAGE)
    const answer: PublicListAnswer = {
      sessions: found.map(({ id, metadata: { title, messages, parts }, createdAt, updatedAt }) => ({
        id,
        url: `${config.baseUrl}${shareHref(id)}`,
        ...(title !== undefined && { title }),
        messageCount: messages,
        partCount: parts,
        createdAt: new Date(createdAt).toISOString(),
        updatedAt: new Date(updatedAt).toISOString(),
      })),
      ...(next !== undefined && { next }),
    }
    return { answer, words }
  }

  app.get(ROUTES.listPublicShares.path, async (c) => {
    const { answer } = await find(readQuery(c, publicListQuery))
    return c.json(answer, 200, { "cache-control": "no-store" })
  })

  app.get("/sessions", async (c) => {
    const { answer, words } = await find(readQuery(c, publicListQuery))
    const page = renderPublicList({ ...answer, words, assets: assetUrls(assets) })
    return c.html(page, 200, { "cache-control": "no-store" })
  })

  return app
}
