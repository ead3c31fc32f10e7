import type { ActiveShare } from "../shares/active.ts"

const HIDDEN = { "x-robots-tag": "noindex" }

/** Search engines may list what is public, and nothing else. */
export function robotsFor({ visibility }: Pick<ActiveShare, "visibility">): Record<string, string> {
  return visibility === "public" ? {} : HIDDEN
}
