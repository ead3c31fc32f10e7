import { Hono } from "hono"
import { ROUTES, watchQuery } from "../protocol/routes.ts"
import type { ActiveShare } from "../shares/active.ts"
import { assetUrls } from "./assets.ts"
import { readQuery, readShareID } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { type LiveRoom, openLiveRoom } from "./live-room.ts"

export interface EventRoutes {
  routes: Hono<ApiEnv>
  /** Ends every stream, for a server that stops. */
  close(): void
}

/** Live pages: `GET /api/share/:id/events`. */
export function createEventRoutes({ shares, assets, log }: ApiDeps): EventRoutes {
  const rooms = new Map<string, Promise<LiveRoom>>()

  function roomOf({ id: shareID, encrypted }: Pick<ActiveShare, "id" | "encrypted">): Promise<LiveRoom> {
    const known = rooms.get(shareID)
    if (known) return known
    const forget = () => {
      if (rooms.get(shareID) === opening) rooms.delete(shareID)
    }
    const opening: Promise<LiveRoom> = openLiveRoom({
      shares,
      shareID,
      encrypted,
      context: { shareID, assets: assetUrls(assets) },
      onClose: forget,
      onError: (error) => log.error({ err: error, share: shareID }, "a live page fell behind"),
    })
    rooms.set(shareID, opening)
    opening.catch(forget)
    return opening
  }

  const routes = new Hono<ApiEnv>().get(ROUTES.watchShare.path, async (c) => {
    const shareID = readShareID(c)
    const share = await shares.find(shareID)
    // Whoever asks for the head alone would leave a stream behind that nobody reads or cancels.
    if (c.req.method === "HEAD") return c.body(null, 200, STREAM_HEADERS)
    // On a reconnect the browser says where it stopped; a page's first connection says what it was rendered at.
    const { revision } = readQuery(c, watchQuery)
    const seen = Number(c.req.header("last-event-id") ?? revision ?? 0)
    const room = await roomOf(share)
    const since = Number.isSafeInteger(seen) ? seen : 0
    // What happened before something was taken out of the share is not told again: the page is fetched anew.
    return c.body(room.join(since < share.redactedTo ? BEFORE_ALL : since), 200, STREAM_HEADERS)
  })

  return {
    routes,
    close() {
      for (const room of rooms.values()) {
        room.then(
          (open) => open.close(),
          () => {},
        )
      }
    },
  }
}

/** No event leads on from there. */
const BEFORE_ALL = -1

const STREAM_HEADERS = {
  "content-type": "text/event-stream",
  "cache-control": "no-store",
  // nginx would hold events back otherwise.
  "x-accel-buffering": "no",
}
