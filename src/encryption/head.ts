import * as z from "zod/mini"
import { OPENCODE_ID } from "../protocol/ids.ts"
import { SealError } from "./seal-error.ts"

const count = z.int().check(z.gte(0))
const text = z.optional(z.string())

/** What stands in a head. Fields that are not known are left to newer versions. */
export const headSchema = z.object({
  v: z.literal(1),
  /** Of the share behind the commit that the head came with. */
  revision: count,
  /** All segments of the share, `uuid.sha256` each, in the order of the manifest. */
  segments: z.array(z.string().check(z.regex(/^[0-9a-f-]{36}\.[0-9a-f]{64}$/))),
  title: text,
  directory: text,
  sessionID: z.string().check(z.regex(OPENCODE_ID)),
  messageCount: count,
  partCount: count,
  diffCount: count,
  modelCount: count,
  /** Milliseconds since the epoch, by the author's clock. */
  updatedAt: z.number(),
})

/** What the author says of the whole share, sealed anew with every commit: the table of what must be there. */
export interface Head {
  v: 1
  revision: number
  segments: readonly string[]
  title?: string | undefined
  directory?: string | undefined
  sessionID: string
  messageCount: number
  partCount: number
  diffCount: number
  modelCount: number
  updatedAt: number
}

/** What a server says that a share consists of: `GET /api/share/:id/segments`. */
export interface ListedSegments {
  revision: number
  segments: readonly { segment: string }[]
}

/**
 * Holds what the server lists against what the author's head says. Throws `tampered` when the two are not at the same
 * revision, or do not name the same segments in the same order.
 */
export function checkManifest(manifest: ListedSegments, head: Head): void {
  if (manifest.revision !== head.revision) {
    throw tampered(`The server says revision ${manifest.revision}, and the author's head ${head.revision}.`)
  }
  const listed = manifest.segments.map(({ segment }) => segment)
  if (listed.length === head.segments.length && listed.every((name, at) => name === head.segments[at])) return
  const missing = head.segments.filter((name) => !listed.includes(name)).length
  if (missing > 0) {
    throw tampered(
      `Of the ${head.segments.length} segments that the author's head names, the server leaves out ${missing}.`,
    )
  }
  const foreign = listed.filter((name) => !head.segments.includes(name)).length
  if (foreign > 0)
    throw tampered(`Segments listed by the server that the author's head does not name: ${foreign}.`)
  throw tampered("The segments stand in another order, or more often, than in the author's head.")
}

function tampered(message: string): SealError {
  return new SealError("tampered", message)
}
