import { Hono } from "hono"
import { ShareError } from "../protocol/errors.ts"
import type { ActiveShare } from "../shares/active.ts"
import { renderCard, renderEncryptedCard } from "../viewer/card/card.ts"
import { readShareID, requireStillOpen } from "./body.ts"
import { createCardCache, type Picture } from "./card-cache.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { namesTag } from "./entity-tag.ts"

/** So many characters of a hash tell it from any other. */
const TAG_LENGTH = 22

export interface CardRoutes {
  routes: Hono<ApiEnv>
  /** Drops what is kept of a share. */
  forget(shareID: string): void
}

/** `GET /share/:id/card.png`: what services show of a link to a share. */
export function createCardRoutes({
  shares,
  machine,
  drawPicture,
}: Pick<ApiDeps, "shares" | "machine" | "drawPicture">): CardRoutes {
  const cache = createCardCache(shares)
  const drawing = new Map<string, Promise<Uint8Array<ArrayBuffer>>>()

  const routes = new Hono<ApiEnv>().get("/share/:id/card.png", async (c) => {
    // The row first, for what is kept too: once a share is revoked this throws.
    const found = c.get("found") ?? (await find(readShareID(c)))
    const known = cache.find(found)
    if (known) return answer(known)
    const { share, svg } = await outline(found)
    const tag = `"${machine.hash(svg).slice(0, TAG_LENGTH)}"`
    const same = cache.renew(share, tag)
    if (same) return answer(same)
    if (namesTag(c.req.header("if-none-match"), tag)) return c.body(null, 304, { ...HEADERS, etag: tag })
    const make = async () => ({ tag, png: await drawOnce(tag, svg) })
    // What is not settled may change without news of it, and to watch it would be to look at its object all the time.
    const picture = share.settled ? await cache.keep(share, make) : await make()
    // It may have been revoked while it was drawn.
    requireStillOpen(c, await find(share.id))
    return answer(picture)

    function answer({ tag: etag, png }: Picture): Response {
      if (namesTag(c.req.header("if-none-match"), etag)) return c.body(null, 304, { ...HEADERS, etag })
      return c.body(png, 200, { ...HEADERS, etag, "content-type": "image/png" })
    }
  })

  return { routes, forget: cache.forget }

  /** Throws `not_found` or `gone`. */
  async function find(shareID: string): Promise<ActiveShare> {
    try {
      return await shares.find(shareID)
    } catch (error) {
      // News of its end may have been lost.
      if (error instanceof ShareError) cache.forget(shareID)
      throw error
    }
  }

  async function outline(found: ActiveShare): Promise<{ share: ActiveShare; svg: string }> {
    if (found.encrypted) return { share: found, svg: renderEncryptedCard() }
    const { share, fold } = await shares.read(found.id)
    return { share, svg: renderCard(fold.document()) }
  }

  /** Whoever wants the same picture meanwhile waits for it: a link that was just posted is looked at by many. */
  function drawOnce(tag: string, svg: string): Promise<Uint8Array<ArrayBuffer>> {
    const underWay = drawing.get(tag)
    if (underWay) return underWay
    const drawn = drawPicture(svg).finally(() => drawing.delete(tag))
    drawing.set(tag, drawn)
    return drawn
  }
}

const HEADERS = {
  // As with pages: it shows words of the share, so no cache between may have it when the share is revoked. Services
  // fetch a picture once and keep a copy of their own, whatever is said here; a longer time would spare nothing but 304s.
  "cache-control": "private, no-cache, no-transform",
  "x-robots-tag": "noindex",
}
