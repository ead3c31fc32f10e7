import { type Context, Hono } from "hono"
import type * as z from "zod/mini"
import { notFound } from "../protocol/errors.ts"
import { createFold } from "../protocol/fold.ts"
import { changesQuery, pageQuery, shareParams } from "../protocol/routes.ts"
import { EncryptedShare } from "../shares/read/encrypted.ts"
import type { Snapshot } from "../shares/read/read.ts"
import { renderChangesPage } from "../viewer/changes/changes-page.ts"
import { renderEncryptedPage } from "../viewer/encrypted-page.ts"
import { shareHref } from "../viewer/frame.ts"
import { renderHome } from "../viewer/home.ts"
import { renderSharePage, type SharePage } from "../viewer/page.ts"
import { renderPartPage } from "../viewer/part-page.ts"
import { rangeNotice } from "../viewer/place.ts"
import { readRange, sliceDocument } from "../viewer/range.ts"
import { restrictionsOf } from "../viewer/restrictions.ts"
import { sessionPage } from "../viewer/session-page.ts"
import { readView, USUAL_VIEW } from "../viewer/view.ts"
import { assetUrls } from "./assets.ts"
import { readParams, readQuery, readShareID, requireStillOpen } from "./body.ts"
import { chooseCoding } from "./content-coding.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { namesTag } from "./entity-tag.ts"
import { importUrlOf } from "./import-url.ts"
import { createPageCache, type PageCache } from "./page-cache.ts"
import { idsOf } from "./request-ids.ts"
import { robotsFor } from "./robots.ts"
import { securityHeaders } from "./security-headers.ts"
import { shownShare } from "./shown-share.ts"
import { streamText } from "./stream-text.ts"

export interface PageRoutes {
  routes: Hono<ApiEnv>
  /** Who may see a share whose page is kept; undefined where that has to be asked for. */
  gateOf: PageCache["gateOf"]
  forget: PageCache["forget"]
}

/** What people open: the front page, a share, and one part of it in full. */
export function createPageRoutes({ shares, machine, encode, assets, config, log }: ApiDeps): PageRoutes {
  const app = new Hono<ApiEnv>()
  const urls = assetUrls(assets)
  const keptHeaders = { ...securityHeaders(config.baseUrl), ...KEPT_HEADERS }
  const pages = createPageCache({
    shares: { ...shares, read: readForPage },
    machine,
    encode,
    headers: (share) => ({ ...PAGE_HEADERS, ...keptHeaders, ...robotsFor(share) }),
    render: (snapshot) =>
      snapshot.share.encrypted
        ? renderEncryptedPage(encryptedPageOf(snapshot.share))
        : renderSharePage(pageOf(snapshot)),
  })

  /** What is sealed has a page as well, though nothing of it can be read here. */
  async function readForPage(shareID: string): Promise<PageSnapshot> {
    const snapshot = await readOrSealed(shareID)
    const { share } = snapshot
    return { ...snapshot, importUrl: await importUrlOf({ shares, config }, share) }
  }

  async function readStill(c: Context<ApiEnv>): Promise<Snapshot> {
    const snapshot = await shares.read(readShareID(c))
    requireStillOpen(c, snapshot.share)
    return snapshot
  }

  async function readOrSealed(shareID: string): Promise<Snapshot> {
    try {
      return await shares.read(shareID)
    } catch (error) {
      if (!(error instanceof EncryptedShare)) throw error
      const { share } = error
      return { share, fold: createFold(share.sessionID) }
    }
  }

  app.get("/", (c) => {
    const sample =
      config.sampleID === undefined ? {} : { sampleUrl: `${config.baseUrl}/share/${config.sampleID}` }
    const { baseUrl, needsToken, version, abuseUrl } = config
    const restrictions = restrictionsOf({ ...config, locked: config.lock !== undefined })
    return c.html(
      renderHome({
        locked: config.lock !== undefined,
        publicList: config.publicList === true,
        baseUrl,
        ...sample,
        needsToken,
        restrictions,
        version,
        abuseUrl,
        assets: urls,
      }),
    )
  })

  app.get("/s/:id", (c) => c.redirect(`/share/${encodeURIComponent(nameOf(c))}`, 302))

  app.get("/share/:id", async (c) => {
    const shareID = readShareID(c)
    const query = readQuery(c, pageQuery)
    if (asksForMore(query)) {
      const snapshot = await readForPage(shareID)
      requireStillOpen(c, snapshot.share)
      if (!snapshot.share.encrypted) return answerPage(c, renderSharePage(partOf(pageOf(snapshot), query)))
    }
    const { page, share } = await pages.open(shareID, c.get("found"))
    requireStillOpen(c, share)
    if (c.req.method === "GET") shares.viewed(share)
    if (!("tag" in page)) return answerPage(c, page, robotsFor(share))
    const coding = chooseCoding(c.req.header("accept-encoding"))
    const etag = page.tag(coding)
    const unchanged = namesTag(c.req.header("if-none-match"), etag)
    const form = unchanged ? undefined : await page.form(coding)
    // One plain object, which the adapter sends as it is: a Headers costs more than all the rest of the answer.
    c.set("complete", true)
    const headers = {
      ...(form?.headers ?? { ...keptHeaders, etag }),
      ...c.get("standing"),
      "x-request-id": c.get("requestID"),
    }
    return new Response(form?.body ?? null, { status: unchanged ? 304 : 200, headers })
  })

  app.get("/share/:id/session/:session", async (c) => {
    const view = readView(readQuery(c, pageQuery).show)
    const page = sessionPage(pageOf(await readStill(c)), c.req.param("session"))
    if (page === undefined) throw notFound()
    return answerPage(c, renderSharePage({ ...page, view }))
  })

  app.get("/share/:id/changes", async (c) => {
    const { file } = readQuery(c, changesQuery)
    const page = renderChangesPage({ ...pageOf(await readStill(c)), file })
    if (page === undefined) throw notFound()
    return answerPage(c, page)
  })

  app.get("/share/:id/part/:part", async (c) => {
    const snapshot = await readStill(c)
    const page = renderPartPage({ ...pageOf(snapshot), partID: c.req.param("part") })
    if (page === undefined) throw notFound()
    return c.body(page, 200, { ...PAGE_HEADERS, ...HIDDEN })
  })

  function encryptedPageOf({ id, createdAt }: Snapshot["share"]) {
    return {
      share: { id, createdAt: new Date(createdAt).toISOString() },
      assets: { ...urls, script: `/assets/${assets.encryptedScript.name}` },
      baseUrl: config.baseUrl,
      abuseUrl: config.abuseUrl,
    }
  }

  function pageOf({ share, fold, importUrl }: PageSnapshot): SharePage {
    return {
      ...(importUrl !== undefined && { importUrl }),
      share: shownShare(share),
      document: fold.document(),
      context: { shareID: share.id, assets: urls, abuseUrl: config.abuseUrl },
      baseUrl: config.baseUrl,
    }
  }

  function answerPage(
    c: Context<ApiEnv>,
    pieces: Iterable<string>,
    robots: Record<string, string> = HIDDEN,
  ): Response {
    const ids = idsOf(c)
    const onError = (err: unknown) => log.error({ err, ...ids }, "a page was cut off")
    return c.body(streamText(pieces, { onError }), 200, { ...PAGE_HEADERS, ...robots })
  }

  return { routes: app, gateOf: pages.gateOf, forget: pages.forget }
}

interface PageSnapshot extends Snapshot {
  /** What `opencode import` takes. */
  importUrl?: string
}

/** What stands in the place of the id, with the capability that may be behind it. Throws `not_found`. */
function nameOf(c: Context<ApiEnv>): string {
  readParams(c, shareParams)
  return c.req.param("id") ?? ""
}

type PageQuery = z.infer<typeof pageQuery>

/** Such a page is made for who asks, and not kept. */
function asksForMore({ show, from, to }: PageQuery): boolean {
  return readView(show) !== USUAL_VIEW || from !== undefined || to !== undefined
}

/** The page with the view and the range that its address asks for. Throws `invalid_request`. */
function partOf(page: SharePage, { show, from, to }: PageQuery): SharePage {
  const view = readView(show)
  const range = readRange({ from, to })
  if (range === undefined) return { ...page, view }
  const { document, ...place } = sliceDocument(page.document, range)
  const ends = new URLSearchParams({ ...(from && { from }), ...(to && { to }) })
  const self = `${shareHref(page.share.id)}?${ends}`
  return { ...page, self, view, document, notice: rangeNotice(page.share.id, place) }
}

const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  // A revoked share must not come out of anybody's cache.
  "cache-control": "no-store",
  // The same address tells a share in other forms (api/formats.ts).
  vary: "accept, accept-encoding",
}

const HIDDEN = { "x-robots-tag": "noindex" }

const KEPT_HEADERS = {
  // Asked for again before each use, and never kept by anybody but its reader. What is compressed here stays as it
  // is, since a strong tag stands for its bytes.
  "cache-control": "private, no-cache, no-transform",
  vary: PAGE_HEADERS.vary,
}
