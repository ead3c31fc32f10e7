import { Hono } from "hono"
import { splitCapability } from "../protocol/capability.ts"
import { notFound } from "../protocol/errors.ts"
import { shareParams } from "../protocol/routes.ts"
import { type InlineAssets, renderExport } from "../viewer/export/export.ts"
import { inlineAssets } from "../viewer/export/inline-assets.ts"
import { slugOf } from "../viewer/formats/slug.ts"
import { titleOf } from "../viewer/summary.ts"
import { requireAdmitted, requireStillOpen } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { idsOf } from "./request-ids.ts"
import { shownShare } from "./shown-share.ts"
import { streamText } from "./stream-text.ts"

/** A share as one file, for who wants to keep it or to send it on. */
export function createExportRoutes({ shares, assets, log }: ApiDeps): Hono<ApiEnv> {
  let inline: Promise<InlineAssets> | undefined
  return new Hono<ApiEnv>().get("/share/:id", async (c, next) => {
    const [, named = "", ending] = /^(.*?)(\.html)?$/.exec(c.req.param("id")) ?? []
    if (ending === undefined) return next()
    const id = splitCapability(named).shareID
    if (!shareParams.safeParse({ id }).success) throw notFound()
    const { share, fold } = await shares.read(requireAdmitted(c, id))
    requireStillOpen(c, share)
    inline ??= inlineAssets({ style: assets.style.body, script: assets.exportScript.body })
    const document = fold.document()
    const file = renderExport({ share: shownShare(share), document }, await inline)
    const ids = idsOf(c)
    // Half a file must not pass for a whole one.
    const onError = (err: unknown) => log.error({ err, ...ids }, "an export was cut off")
    const name = slugOf(titleOf(document)) || `share-${share.id}`
    const headers = {
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "x-robots-tag": "noindex",
      "content-disposition": `attachment; filename="${name}.html"`,
    }
    const body = c.req.method === "HEAD" ? null : streamText(file, { onError, ending: null })
    return new Response(body, { headers })
  })
}
