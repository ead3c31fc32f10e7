import { Hono } from "hono"
import { ROUTES, watchQuery } from "../protocol/routes.ts"
import type { ActiveShare } from "../shares/active.ts"
import type { Visitors } from "./admit.ts"
import { assetUrls } from "./assets.ts"
import { readQuery, readShareID } from "./body.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { type LiveRoom, openLiveRoom } from "./live-room.ts"
import { createStreamSeats, untilRead } from "./stream-seats.ts"

export interface EventRoutes {
  routes: Hono<ApiEnv>
  /** Ends every stream, for a server that stops. */
  close(): void
}

/** Live pages: `GET /api/share/:id/events`. */
export function createEventRoutes(
  { shares, assets, machine, meter, log, config }: ApiDeps,
  visitors: Visitors,
): EventRoutes {
  const seats = createStreamSeats(config.streams ?? { perAddress: 0, total: 0 }, meter.streams)
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
      now: machine.now,
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
    // Again, of the very row that the room is joined by: it may have been closed to this one meanwhile.
    await shares.admit(share, await visitors.shownBy(c, shareID))
    // Whoever asks for the head alone would leave a stream behind that nobody reads or cancels.
    if (c.req.method === "HEAD") return c.body(null, 200, STREAM_HEADERS)
    // On a reconnect the browser says where it stopped; a page's first connection says what it was rendered at.
    const { revision } = readQuery(c, watchQuery)
    const seen = Number(c.req.header("last-event-id") ?? revision ?? 0)
    const leave = seats.take(c.env.address)
    try {
      const room = await roomOf(share)
      const from = Number.isSafeInteger(seen) ? seen : 0
      // What happened before something was taken out of the share is not told again: the page is fetched anew.
      const revision = from < share.redactedTo ? BEFORE_ALL : from
      const stream = room.join({ revision, access: share.access })
      return c.body(untilRead(stream, leave), 200, STREAM_HEADERS)
    } catch (error) {
      leave()
      throw error
    }
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
