import { Hono } from "hono"
import { ShareError } from "../protocol/errors.ts"
import { ROUTES } from "../protocol/routes.ts"
import type { ApiConfig, ApiEnv } from "./context.ts"

/** What a server cannot serve without; `stopping`: it is about to end. */
export type Lack = "database" | "schema" | "storage" | "stopping"

export interface Readiness {
  /** What is lacking at this moment, or was a moment ago. Asks in bounded time. Contract: does not throw. */
  lacks(): Promise<readonly Lack[]>
}

/**
 * Whoever distributes requests asks these, and brings no token: so they say names and no reasons, and cost no more however
 * often they are asked.
 */
export function createHealthRoutes({
  config,
  readiness,
}: {
  config: Pick<ApiConfig, "version">
  readiness: Readiness
}): Hono<ApiEnv> {
  const app = new Hono<ApiEnv>()
  app.get(ROUTES.health.path, (c) => c.json({ ok: true, version: config.version }))
  // A process that is ended for what its database does comes back to the same database, without what it remembered.
  app.get(ROUTES.live.path, (c) => c.json({ ok: true }))
  app.get(ROUTES.ready.path, async (c) => {
    const lacks = await readiness.lacks()
    if (lacks.length > 0) throw new ShareError("unavailable", `Not ready: ${lacks.join(", ")}.`)
    return c.json({ ok: true })
  })
  return app
}
