import { type Context, Hono } from "hono"
import { ShareError } from "../protocol/errors.ts"
import { isLoopback } from "../protocol/loopback.ts"
import { bearerToken } from "./access.ts"
import { requireAdminToken } from "./admin-token.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"

/** What is counted, as text for a program that comes for it again and again. */
export interface Metrics {
  /** The text's media type. */
  readonly type: string
  /** Contract: what cannot be counted at this moment is left out. */
  read(): Promise<string>
}

export const METRICS_PATH = "/metrics"

/** It says how much is going on here, so it is for those who run the server: to everybody else it is not there. */
export function createMetricsRoutes(deps: ApiDeps): Hono<ApiEnv> {
  const { metrics } = deps
  return new Hono<ApiEnv>().get(METRICS_PATH, async (c) => {
    if (!(await mayReadMetrics(c, deps))) return c.notFound()
    return c.body(await metrics.read(), 200, { "content-type": metrics.type })
  })
}

/** What was found of a request: behind a lock two ask. */
const found = new WeakMap<Request, Promise<boolean>>()

/** Throws LimitReached for an address that has brought too many wrong admin tokens. */
export function mayReadMetrics(c: Context<ApiEnv>, deps: MetricsReaders): Promise<boolean> {
  const known = found.get(c.req.raw) ?? look(c, deps)
  found.set(c.req.raw, known)
  return known
}

type MetricsReaders = Pick<ApiDeps, "config" | "machine" | "trust" | "limiters">

/** The token that is there for it asks nothing of the database, so that what is counted can be read without one. */
async function look(c: Context<ApiEnv>, deps: MetricsReaders): Promise<boolean> {
  const { config, machine } = deps
  const { metricsToken } = config
  const offered = bearerToken(c.req.header("authorization"))
  if (offered === undefined) return metricsToken === undefined && isFromHere(c)
  if (metricsToken !== undefined && machine.equal(machine.hash(offered), machine.hash(metricsToken)))
    return true
  try {
    await requireAdminToken(c, deps, offered)
    return true
  } catch (error) {
    if (error instanceof ShareError && error.code === "unauthorized") return false
    throw error
  }
}

/** Any page may point a name of its own at this machine; its requests then carry that name (DNS rebinding). */
function isFromHere(c: Context<ApiEnv>): boolean {
  return c.env.isLocal === true && isLoopback(new URL(c.req.url).hostname)
}
