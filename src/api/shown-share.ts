import type { Snapshot } from "../shares/read/read.ts"
import type { SharePage } from "../viewer/page.ts"

/** What pages and other forms say of a share itself. Times are ISO 8601. */
export function shownShare({
  id,
  revision,
  createdAt,
  updatedAt,
  visibility,
  expiresAt,
}: Pick<
  Snapshot["share"],
  "id" | "revision" | "createdAt" | "updatedAt" | "visibility" | "expiresAt"
>): SharePage["share"] {
  return {
    id,
    revision,
    createdAt: new Date(createdAt).toISOString(),
    updatedAt: new Date(updatedAt).toISOString(),
    ...(visibility === "public" && { public: true }),
    ...(expiresAt !== undefined && { expiresAt: new Date(expiresAt).toISOString() }),
  }
}
