import { Hono } from "hono"
import { type Item, OUR_TYPES } from "../protocol/item.ts"
import type { MessageData, PartData, SessionData } from "../protocol/opencode.ts"
import {
  type CreateAnswer,
  createBody,
  type DeleteAnswer,
  dataQuery,
  deleteBody,
  type MetadataAnswer,
  ROUTES,
} from "../protocol/routes.ts"
import { identifyCreator } from "./access.ts"
import { readBody, readLimited, readQuery, readShareID, requireJson } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { readSyncBody } from "./sync-body.ts"

/** The native door: the four calls of OpenCode's own client, and what a share says of itself. */
export function createShareRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const { shares, config, log } = deps
  const app = new Hono<ApiEnv>()

  app.post(ROUTES.createShare.path, async (c) => {
    const who = identifyCreator(c, deps)
    const { sessionID } = await readBody(c, createBody)
    const { id, secret } = await shares.create({ sessionID, ...who })
    log.info({ share: id, request: c.get("requestID") }, "share created")
    const answer: CreateAnswer = { id, url: `${config.baseUrl}/share/${id}`, secret }
    return c.json(answer)
  })

  app.post(ROUTES.syncShare.path, async (c) => {
    const shareID = readShareID(c)
    requireJson(c)
    const body = readLimited(c, config.maxSyncBytes)
    try {
      const { secret, items } = await readSyncBody(body)
      await shares.append({ shareID, secret, items })
    } finally {
      // Not waited for: it may be waiting itself, for a sender who has fallen silent.
      void body.return(undefined)
    }
    return c.json({})
  })

  app.get(ROUTES.readShareData.path, async (c) => {
    const shareID = readShareID(c)
    const { session } = readQuery(c, dataQuery)
    const { share, fold } = await shares.read(shareID)
    const wanted = session ?? share.sessionID
    const items = [...fold.items()].filter(
      (item) => !OUR_TYPES.has(item.type) && sessionOf(item, share.sessionID) === wanted,
    )
    return c.body(streamItems(items), 200, {
      "content-type": "application/json",
      "cache-control": "no-store",
    })
  })

  app.delete(ROUTES.deleteShare.path, async (c) => {
    const shareID = readShareID(c)
    const { secret } = await readBody(c, deleteBody)
    const answer: DeleteAnswer = { ok: true, receipt: await shares.revoke({ shareID, secret }) }
    return c.json(answer)
  })

  app.get(ROUTES.readShareMetadata.path, async (c) => {
    const share = await shares.find(readShareID(c))
    const answer: MetadataAnswer = {
      id: share.id,
      sessionID: share.sessionID,
      revision: share.revision,
      createdAt: new Date(share.createdAt).toISOString(),
      updatedAt: new Date(share.updatedAt).toISOString(),
    }
    return c.json(answer, 200, { "cache-control": "no-store" })
  })

  return app
}

/** The session that an item belongs to: an import of the root must not meet the items of its subagents. */
function sessionOf({ type, data, sessionID }: Item, rootSessionID: string): string {
  switch (type) {
    case "session":
      return (data as SessionData).id
    case "message":
    case "part":
      return (data as MessageData | PartData).sessionID
    default:
      return sessionID ?? rootSessionID
  }
}

const BATCH = 100

function streamItems(items: Item[]): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder()
  let at = 0
  return new ReadableStream({
    pull(controller) {
      const batch = items.slice(at, at + BATCH).map((item) => JSON.stringify(item))
      const opening = at === 0 ? "[" : batch.length > 0 ? "," : ""
      at += BATCH
      const ended = at >= items.length
      controller.enqueue(encoder.encode(`${opening}${batch.join(",")}${ended ? "]" : ""}`))
      if (ended) controller.close()
    },
  })
}
