import type { Context } from "hono"
import { type NamedShare, splitCapability } from "../protocol/capability.ts"
import { SHARE_ID } from "../protocol/ids.ts"
import type { ApiEnv } from "./context.ts"

/** Addresses of one share: its pages, its forms, and what the API says of it. */
const ADDRESS = /^\/(?:api\/)?(?:share|s)\/([^/]+?)(?:\.[a-z]+)?(\/.*)?$/

/** The share that a request's address names, and what stands there to open it; undefined where none can be meant. */
export function namedShare(c: Context<ApiEnv>): NamedShare | undefined {
  const [, text] = ADDRESS.exec(c.req.path) ?? []
  if (text === undefined) return undefined
  const named = splitCapability(text)
  return SHARE_ID.test(named.shareID) ? named : undefined
}
