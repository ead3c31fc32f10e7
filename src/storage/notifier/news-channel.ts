import type { ShareNews, ShareState } from "../../shares/ports.ts"

/** The channel on which nodes tell each other. Payloads stay far below NOTIFY's 8,000 bytes. */
export const NEWS_CHANNEL = "better_share"

const STATES: ReadonlySet<string> = new Set<ShareState>(["active", "revoked", "expired"])

export function encodeNews({ shareID, revision, state, access }: ShareNews): string {
  return JSON.stringify({ shareID, revision, state, access })
}

/** Undefined for what is not ours: whoever may connect to the database may send to any channel. */
export function readNews(payload: string): ShareNews | undefined {
  let value: unknown
  try {
    value = JSON.parse(payload)
  } catch {
    return undefined
  }
  if (typeof value !== "object" || value === null) return undefined
  const { shareID, revision, state, access } = value as Record<string, unknown>
  if (typeof shareID !== "string" || !Number.isSafeInteger(revision) || typeof state !== "string")
    return undefined
  if (!STATES.has(state)) return undefined
  return {
    shareID,
    revision: revision as number,
    state: state as ShareState,
    // A node of the version before does not know it.
    ...(Number.isSafeInteger(access) && { access: access as number }),
  }
}
