import type { Context } from "hono"
import { type NamedShare, splitCapability } from "../protocol/capability.ts"
import { SHARE_ID } from "../protocol/ids.ts"
import type { ApiEnv } from "./context.ts"

/** Addresses of one share: its pages, its forms, and what the API says of it. */
const ADDRESS = /^\/(?:api\/)?(?:share|s)\/([^/]+)/
/** Of another form of it. No id has a dot. */
const ENDING = /\.[a-z]+$/

/** The share that a request's address names, and what stands there to open it; undefined where none can be meant. */
export function namedShare(c: Context<ApiEnv>): NamedShare | undefined {
  const [, segment] = ADDRESS.exec(c.req.path) ?? []
  if (segment === undefined) return undefined
  const named = splitCapability(decoded(segment).replace(ENDING, ""))
  return SHARE_ID.test(named.shareID) ? named : undefined
}

/** As the router decodes it: an id may be spelled in many ways. */
function decoded(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}
