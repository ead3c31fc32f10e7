import type { Context } from "hono"
import { matchedRoutes } from "hono/route"
import { maskPath, pathOf } from "./access.ts"
import type { ApiDeps, ApiEnv } from "./context.ts"
import { idsOf } from "./request-ids.ts"

/**
 * Counts a request that has its answer, and logs it once that is sent: at `debug`, and what failed here at `info`, as
 * whoever looks for the reason of a failure finds there what was asked.
 */
export function noteRequest(
  c: Context<ApiEnv>,
  { began, log, machine, meter }: Pick<ApiDeps, "log" | "machine" | "meter"> & { began: number },
): void {
  const { method } = c.req
  const { status } = c.res
  const route = routeOf(c)
  // Until the answer begins: how long the rest takes is a matter of who reads it.
  const ms = machine.now() - began
  meter.answered({ method: METHODS.has(method) ? method : "other", route, status, ms })
  const level = status >= 500 ? "info" : "debug"
  const line = { ...idsOf(c), method, route, path: maskPath(pathOf(c.req.url)), status, ms }
  const { whenSent } = c.env
  if (whenSent) {
    whenSent((bytes) => {
      meter.sent({ route, bytes })
      log[level]({ ...line, bytes }, "request")
    })
  } else log[level](line, "request")
}

/** Names that nobody who asks can add to. */
const METHODS = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
const NO_ROUTE = "none"

/** The pattern that the router found the request's address under, of which there are only so many. */
function routeOf(c: Context<ApiEnv>): string {
  const routes = matchedRoutes(c)
  // What stands before others is for all methods and ends in a star; what answers wrong methods, for all and in none.
  const found =
    routes.find(({ method }) => method !== "ALL") ?? routes.find(({ path }) => !path.endsWith("*"))
  return found?.path ?? NO_ROUTE
}
