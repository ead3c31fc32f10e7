import { type Context, Hono } from "hono"
import type { Document } from "../protocol/document.ts"
import { searchQuery } from "../protocol/routes.ts"
import { createPauses } from "../shares/pauses.ts"
import { EncryptedShare } from "../shares/read/encrypted.ts"
import { type Gathered, gatherHits } from "../viewer/search/gather.ts"
import { type Query, readQuery as readSearch } from "../viewer/search/query.ts"
import { searchDocument } from "../viewer/search/search-document.ts"
import { renderSealedSearchPage, renderSearchPage } from "../viewer/search/search-page.ts"
import { titleOf } from "../viewer/summary.ts"
import { assetUrls } from "./assets.ts"
import { readQuery, readShareID, requireStillOpen } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { createTurns } from "./turns.ts"

/** A search ends after so many milliseconds, with what it has found. */
const LONGEST_MS = 10_000

/** Everything in a share, searched on the server: a browser has not all of it. */
export function createSearchRoutes({ shares, machine, assets, config: { abuseUrl } }: ApiDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>()
  const urls = assetUrls(assets)
  const turns = createTurns({ atOnce: 2, maxWaiting: 8, what: "searches" })

  app.get("/share/:id/search", async (c) => {
    const shareID = readShareID(c)
    const { q: typed = "" } = readQuery(c, searchQuery)
    const query = readSearch(typed)
    // Before it is read: who has waited must not see what has been revoked meanwhile.
    const end = query && (await turns.begin())
    try {
      const { fold } = await shares.read(shareID)
      const document = fold.document()
      const answer = query ? { query, found: await search(c, document, query) } : { query, typed }
      // It may have been revoked meanwhile.
      requireStillOpen(c, await shares.find(shareID))
      return c.body(
        renderSearchPage({ shareID, title: titleOf(document), assets: urls, abuseUrl, answer }),
        200,
        HEADERS,
      )
    } catch (error) {
      if (!(error instanceof EncryptedShare)) throw error
      return c.body(renderSealedSearchPage({ shareID, assets: urls, abuseUrl }), 200, HEADERS)
    } finally {
      end?.()
    }
  })

  function search(c: Context<ApiEnv>, document: Document, query: Query): Promise<Gathered> {
    const { signal } = c.req.raw
    const until = machine.now() + LONGEST_MS
    // Who types on asks again, and does not wait for this.
    const isOver = () => signal.aborted || machine.now() > until
    return gatherHits(searchDocument(document, query), { pause: createPauses(), isOver })
  }

  return app
}

const HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "cache-control": "no-store",
  "x-robots-tag": "noindex",
}
