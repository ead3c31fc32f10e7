import { Hono } from "hono"
import { type Item, OUR_TYPES } from "../protocol/item.ts"
import type { MessageData, PartData, SessionData } from "../protocol/opencode.ts"
import {
  type CreateAnswer,
  createBody,
  type DeleteAnswer,
  dataQuery,
  deleteBody,
  ROUTES,
} from "../protocol/routes.ts"
import { readSyncBody } from "../protocol/sync-body.ts"
import { requireCreating } from "./access.ts"
import { originOf } from "./audit-origin.ts"
import {
  readBody,
  readLimited,
  readQuery,
  readSecretHeader,
  readShareID,
  requireJson,
  requireStillOpen,
} from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import type { Limits } from "./limits.ts"
import { idsOf } from "./request-ids.ts"
import { streamText } from "./stream-text.ts"

/** The native door: the four calls of OpenCode's own client. */
export function createShareRoutes(deps: ApiDeps, limits: Limits): Hono<ApiEnv> {
  const { shares, config, log } = deps
  const app = new Hono<ApiEnv>()

  app.post(ROUTES.createShare.path, async (c) => {
    requireCreating(config, "native")
    const who = await limits.beforeCreate(c)
    const { sessionID } = await readBody(c, createBody)
    const { id, secret } = await shares.create({ sessionID, ...who })
    log.info({ share: id, ...idsOf(c) }, "share created")
    const answer: CreateAnswer = { id, url: `${config.baseUrl}/share/${id}`, secret }
    return c.json(answer, 200, await limits.creationHeaders(who))
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
    requireStillOpen(c, share)
    const wanted = session ?? share.sessionID
    const items = [...fold.items()].filter(
      (item) => !OUR_TYPES.has(item.type) && sessionOf(item, share.sessionID) === wanted,
    )
    const ids = idsOf(c)
    const onError = (err: unknown) => log.error({ err, ...ids }, "an answer was cut off")
    return c.body(streamText(writeItems(items), { onError, ending: null }), 200, {
      "content-type": "application/json",
      "cache-control": "no-store",
    })
  })

  app.delete(ROUTES.deleteShare.path, async (c) => {
    const shareID = readShareID(c)
    const inHeader = c.req.header("x-share-secret") !== undefined
    const secret = inHeader ? readSecretHeader(c) : (await readBody(c, deleteBody)).secret
    const discreet = config.lock !== undefined
    const by = await originOf(c, deps, "secret")
    const answer: DeleteAnswer = { ok: true, receipt: await shares.revoke({ shareID, secret, discreet, by }) }
    return c.json(answer)
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

function* writeItems(items: Item[]): Generator<string> {
  for (const [at, item] of items.entries()) yield `${at === 0 ? "[" : ","}${JSON.stringify(item)}`
  yield items.length === 0 ? "[]" : "]"
}
