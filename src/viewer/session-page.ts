import { visible } from "../protocol/document.ts"
import { sessionPath } from "./frame.ts"
import type { SharePage } from "./page.ts"
import { trailNotice } from "./place.ts"
import { trailTo } from "./session-tree.ts"

/** The page of one subagent's session. Undefined when the share shows no such session. */
export function sessionPage(page: SharePage, sessionID: string): SharePage | undefined {
  const root = visible(page.document)
  const trail = trailTo(root, sessionID)
  const session = trail?.at(-1)
  if (trail === undefined || session === undefined || session === root) return undefined
  const { directory } = root.session ?? {}
  const document = {
    ...session,
    // A subagent's session names no models of its own, and older ones no folder.
    models: session.models.length > 0 ? session.models : root.models,
    ...(session.session && {
      session: { ...(directory !== undefined && { directory }), ...session.session },
    }),
  }
  return {
    ...page,
    document,
    self: sessionPath(page.share.id, sessionID),
    notice: trailNotice(page.share.id, trail),
  }
}
