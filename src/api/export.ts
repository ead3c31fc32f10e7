import { Hono } from "hono"
import { splitCapability } from "../protocol/capability.ts"
import { notFound } from "../protocol/errors.ts"
import { shareParams } from "../protocol/routes.ts"
import { type InlineAssets, renderExport } from "../viewer/export/export.ts"
import { slugOf } from "../viewer/formats/slug.ts"
import { titleOf } from "../viewer/summary.ts"
import { requireAdmitted, requireStillOpen } from "./body.ts"
import type { ApiDeps, ApiEnv, Assets } from "./context.ts"
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
    inline ??= inlineAssets(assets)
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

async function inlineAssets({ style, exportScript }: Assets): Promise<InlineAssets> {
  const [styleHash, scriptHash] = await Promise.all([style, exportScript].map(({ body }) => sha256(body)))
  const decoder = new TextDecoder()
  return {
    style: decoder.decode(style.body),
    script: decoder.decode(exportScript.body),
    styleHash: styleHash ?? "",
    scriptHash: scriptHash ?? "",
  }
}

/** In Base64, as a Content-Security-Policy names it. */
async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", bytes)
  return btoa(String.fromCharCode(...new Uint8Array(hash)))
}
