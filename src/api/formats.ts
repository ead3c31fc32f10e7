import { type Context, Hono } from "hono"
import { splitCapability } from "../protocol/capability.ts"
import { notFound } from "../protocol/errors.ts"
import { formatQuery, shareParams } from "../protocol/routes.ts"
import { FORMATS, type FormatName, isFormatName } from "../viewer/formats/formats.ts"
import { slugOf } from "../viewer/formats/slug.ts"
import { readRange, sliceDocument } from "../viewer/range.ts"
import { titleOf } from "../viewer/summary.ts"
import { readQuery, requireAdmitted, requireStillOpen } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { idsOf } from "./request-ids.ts"
import { robotsFor } from "./robots.ts"
import { shownShare } from "./shown-share.ts"
import { streamText } from "./stream-text.ts"
import { wantedFormat } from "./wanted-format.ts"

/** A share for whatever opens its link: Markdown, a log, JSON. What asks for none of these is the page's. */
export function createFormatRoutes({ shares, log }: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>()

  app.get("/s/:id", (c, next) => {
    const { ending, id } = readFile(c)
    if (ending === undefined || !isFormatName(ending)) return next()
    return Promise.resolve(
      c.redirect(
        `/share/${requireID(id) && encodeURIComponent(id)}.${ending}${new URL(c.req.url).search}`,
        302,
      ),
    )
  })

  app.get("/share/:id", async (c, next) => {
    const name = wantedFormat(c)
    return name === undefined ? next() : tell(c, name)
  })

  async function tell(c: Context<ApiEnv>, name: FormatName): Promise<Response> {
    const { ending, id } = readFile(c)
    const shareID = requireAdmitted(c, requireID(id))
    const { tools, ...ends } = readQuery(c, formatQuery)
    const range = readRange(ends)
    const { share, fold } = await shares.read(shareID)
    requireStillOpen(c, share)
    const document = fold.document()
    const format = FORMATS[name]
    const text = format.write({
      share: shownShare(share),
      document,
      slice: range && sliceDocument(document, range),
      tools: tools ?? format.tools,
    })
    const ids = idsOf(c)
    const onError = (err: unknown) => log.error({ err, ...ids }, "an answer was cut off")
    const body = c.req.method === "HEAD" ? null : streamText(text, { onError, ending: null })
    const headers = {
      "content-type": `${format.type}; charset=utf-8`,
      // As the page: a revoked share must not come out of anybody's cache.
      "cache-control": "no-store",
      ...robotsFor(share),
      "content-disposition": `inline; filename="${slugOf(titleOf(document)) || `share-${share.id}`}.${name}"`,
      ...(ending === undefined && { vary: "accept, accept-encoding" }),
    }
    return new Response(body, { headers })
  }

  return app
}

/** What stands in the place of the id: `abc….md`, or an id alone. */
function readFile(c: Context<ApiEnv>): { id: string; ending: string | undefined } {
  const [, id = "", ending] = /^(.*?)(?:\.([a-z]+))?$/.exec(c.req.param("id") ?? "") ?? []
  return { id, ending }
}

function requireID(id: string): string {
  const params = shareParams.safeParse({ id: splitCapability(id).shareID })
  if (!params.success) throw notFound()
  return params.data.id
}
