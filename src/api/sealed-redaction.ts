import { type Context, Hono } from "hono"
import type { AuditOrigin } from "../protocol/audit.ts"
import { ShareError } from "../protocol/errors.ts"
import { LIMITS } from "../protocol/limits.ts"
import { ROUTES, redactSealedBody, segmentParams } from "../protocol/routes.ts"
import type { Credentials } from "../shares/access/credentials.ts"
import { originOf } from "./audit-origin.ts"
import { discardUnread, readBody, readLimited, readParams, readSecretHeader, readShareID } from "./body.ts"
import { createBrowserSessions } from "./browser-session.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { actorOf, ownedBy } from "./owner-session.ts"

/** What an owner's browser sends that has taken something out of an encrypted share. */
export function createSealedRedactionRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const { shares, config } = deps
  const app = new Hono<ApiEnv>()
  const browsers = createBrowserSessions(deps)
  const mostBytes = Math.min(config.maxSyncBytes, LIMITS.sealedSegmentBytes)

  /** The owner's page has no secret to show: its browser has a session. */
  async function whoOf(c: Context<ApiEnv>): Promise<{ credentials: Credentials; by: AuditOrigin }> {
    const session =
      c.req.header("x-share-secret") === undefined ? await browsers.readSession(c, "owner") : undefined
    if (!session) {
      return { credentials: { secret: readSecretHeader(c) }, by: await originOf(c, deps, "secret") }
    }
    await browsers.requireMark(c, session)
    return { credentials: ownedBy(session, shares), by: await originOf(c, deps, actorOf(session)) }
  }

  app.put(ROUTES.putSealedSegment.path, async (c) => {
    const { id: shareID, segment: segmentID } = readParams(c, segmentParams)
    const body = readLimited(c, mostBytes)
    try {
      const { credentials } = await whoOf(c)
      const wish = { bytes: lengthOf(c), sha256: segmentID.split(".")[1] ?? "" }
      await shares.putSealed({ shareID, credentials, segmentID, wish, body })
    } finally {
      discardUnread(body)
    }
    return c.json({})
  })

  app.post(ROUTES.redactSealedShare.path, async (c) => {
    const shareID = readShareID(c)
    const { credentials, by } = await whoOf(c)
    const { rules, items, segments, after, epoch, head } = await readBody(
      c,
      redactSealedBody,
      LIMITS.sealedRedactionBytes,
    )
    const receipt = await shares.redactSealed({
      ...{ shareID, credentials, by, rules, items },
      segments: segments.map(({ segment, ...rest }) => ({ segmentID: segment, ...rest })),
      change: { revision: after, epoch, head },
    })
    return c.json({ receipt })
  })

  return app
}

/** What is to come, as the quotas have to know it before. */
function lengthOf(c: Context<ApiEnv>): number {
  const declared = c.req.header("content-length") ?? ""
  if (/^\d{1,15}$/.test(declared)) return Number(declared)
  throw new ShareError("invalid_request", "The body must declare its length as content-length.")
}
