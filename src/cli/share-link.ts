import { readKeyText } from "../encryption/share-key.ts"
import { splitCapability } from "../protocol/capability.ts"
import { SHARE_ID } from "../protocol/ids.ts"

/** What a link to a share says. */
export interface ShareLink {
  /** The server's origin. */
  server: string
  shareID: string
  /** What opens it where the link alone does not. */
  capability: string | undefined
  /** Of an encrypted share. */
  keyText: string | undefined
}

const PATH = /^\/(?:share|s)\/([A-Za-z0-9_-]+)(?:\.(?:md|json|txt|html|png))?\/?$/

/** Undefined for what is no such link. */
export function readShareLink(text: string): ShareLink | undefined {
  if (!URL.canParse(text)) return undefined
  const { protocol, origin, pathname, hash } = new URL(text)
  if (protocol !== "http:" && protocol !== "https:") return undefined
  const { shareID, capability } = splitCapability(PATH.exec(pathname)?.[1] ?? "")
  if (!SHARE_ID.test(shareID)) return undefined
  return { server: origin, shareID, capability, keyText: readKeyText(hash) }
}
