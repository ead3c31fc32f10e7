import type { SessionData } from "./opencode.ts"

/** Under this name it stands in the `metadata` of a session. */
export const ORIGIN_KEY = "better-share"

/** Where an imported session comes from. It stays with the session, and goes along when that is shared again. */
export interface Origin {
  /** The share's link, without anything that opens it. */
  url?: string
  /** The session that it was there. */
  sessionID: string
  /** ISO 8601. */
  importedAt: string
}

/** The link of the share that a session was imported from. Whoever shares it may have written anything there. */
export function originOf(session: SessionData | undefined): URL | undefined {
  const { url } =
    (session?.metadata as Record<string, Partial<Origin> | null> | null | undefined)?.[ORIGIN_KEY] ?? {}
  if (typeof url !== "string" || url.length > 2048 || !URL.canParse(url)) return undefined
  const link = new URL(url)
  if ((link.protocol !== "https:" && link.protocol !== "http:") || link.username !== "") return undefined
  link.search = ""
  link.hash = ""
  return link
}
