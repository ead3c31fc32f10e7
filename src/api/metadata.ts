import { Hono } from "hono"
import { type MetadataAnswer, ROUTES } from "../protocol/routes.ts"
import { writeShareData } from "../protocol/share-data.ts"
import { readShareID, requireStillOpen } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { idsOf } from "./request-ids.ts"
import { streamText } from "./stream-text.ts"

/** What a share says of itself, without its content and as one JSON. */
export function createMetadataRoutes({ shares, log }: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>()

  app.get(ROUTES.readShareMetadata.path, async (c) => {
    const share = await shares.describe(readShareID(c))
    requireStillOpen(c, share)
    const { title, directory, messages, parts, diffs, models } = share.metadata
    const answer: MetadataAnswer = {
      id: share.id,
      sessionID: share.sessionID,
      ...(title !== undefined && { title }),
      ...(directory !== undefined && { directory }),
      messageCount: messages,
      partCount: parts,
      diffCount: diffs,
      modelCount: models,
      syncCount: share.syncs,
      createdAt: new Date(share.createdAt).toISOString(),
      lastUpdated: new Date(share.updatedAt).toISOString(),
      revision: share.revision,
      viewers: shares.viewers(share.id),
      visibility: share.visibility,
      ...(share.expiresAt !== undefined && { expiresAt: new Date(share.expiresAt).toISOString() }),
      ...(share.encrypted && { encrypted: true as const }),
    }
    return c.json(answer, 200, { "cache-control": "no-store" })
  })

  app.get(ROUTES.readShare.path, async (c) => {
    const { share, fold } = await shares.read(readShareID(c))
    requireStillOpen(c, share)
    const json = writeShareData(fold.document(), {
      shareId: share.id,
      sessionId: share.sessionID,
      createdAt: new Date(share.createdAt).toISOString(),
      updatedAt: new Date(share.updatedAt).toISOString(),
    })
    const ids = idsOf(c)
    const onError = (err: unknown) => log.error({ err, ...ids }, "an answer was cut off")
    return c.body(streamText(json, { onError, ending: null }), 200, {
      "content-type": "application/json",
      "cache-control": "no-store",
    })
  })

  return app
}
