import { Hono } from "hono"
import type { UploadDoor } from "../shares/ports.ts"
import { discardUnread, readLimited } from "./body.ts"
import type { ApiEnv } from "./context.ts"

export interface UploadRoutesDeps {
  door: UploadDoor
  /** The largest body that is taken in, whatever its ticket says. */
  maxBytes: number
}

const PATH = "/api/upload/"

/**
 * Where upload tickets lead when the store has no server of its own. Clients know these addresses from their tickets
 * only, so they are not in the route table: with an S3 store they do not exist.
 */
export function createUploadRoutes({ door, maxBytes }: UploadRoutesDeps): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>()

  app.put(`${PATH}*`, async (c) => {
    const body = readLimited(c, maxBytes)
    const declared = c.req.header("content-length")
    try {
      await door.accept(
        {
          // Not decoded: a key holds nothing that an address would have to encode.
          key: c.req.path.slice(PATH.length),
          query: c.req.query(),
          contentType: c.req.header("content-type"),
          contentLength: declared === undefined ? undefined : Number(declared),
        },
        body,
      )
    } finally {
      discardUnread(body)
    }
    return c.body(null, 200)
  })

  return app
}
