import type { Context } from "hono"
import type { ApiEnv } from "./context.ts"

/** By what a log line and a request are found to belong together. */
export interface RequestIDs {
  request: string
  /** Of the client's own trace, where it sent one. */
  trace?: string
  span?: string
}

/** For every line that is logged on behalf of a request. */
export function idsOf(c: Context<ApiEnv>): RequestIDs {
  return { request: c.get("requestID"), ...c.get("traced") }
}
