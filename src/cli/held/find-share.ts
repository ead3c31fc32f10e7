import type { ShareAccess } from "../../client/api-client.ts"
import type { KeyringEntry } from "../../plugin/shares/keyring.ts"
import { OPENCODE_ID, SHARE_ID } from "../../protocol/ids.ts"
import { CliError, usageError } from "../exit.ts"
import { findServer } from "../server.ts"
import { readShareLink } from "../share-link.ts"
import type { Terminal } from "../terminal.ts"
import { openOwnFolder } from "./own-folder.ts"

/** A share that somebody named, and what this machine has for it. */
export interface FoundShare {
  server: string
  shareID: string
  /** What may write to it; undefined for somebody else's. */
  secret: string | undefined
  keyText: string | undefined
  capability: string | undefined
  entry: KeyringEntry | undefined
}

/**
 * Finds the share that a link, a share's id or a session's id names.
 * @param said the server, where somebody said one
 */
export async function findShare(
  terminal: Terminal,
  named: string,
  said: string | undefined,
): Promise<FoundShare> {
  const { keyring } = openOwnFolder(terminal)
  const { environment } = terminal
  const link = readShareLink(named)
  if (!link && !SHARE_ID.test(named) && !OPENCODE_ID.test(named))
    throw usageError(`${JSON.stringify(named)} is no link to a share, no share's id and no session's id.`)
  const id = link?.shareID ?? named
  const entry = (await keyring.find(id)) ?? (link ? undefined : await newestOf(named))
  if (!entry && !link && (named.startsWith("ses_") || !SHARE_ID.test(named)))
    throw new CliError(`This machine has not shared the session ${named}.`, { code: "not_found" })
  const server = link?.server ?? (entry && said === undefined ? entry.server : undefined)
  // A secret is for the eyes of its own server alone.
  const mine = entry && (server === undefined || isSameServer(entry.server, server)) ? entry : undefined
  return {
    server: server ?? (await findServer(terminal, said)).url,
    shareID: mine?.shareID ?? id,
    secret: mine?.secret ?? (environment.BETTER_SHARE_SECRET?.trim() || undefined),
    keyText: link?.keyText ?? mine?.keyText,
    capability: link?.capability,
    entry: mine,
  }

  async function newestOf(sessionID: string): Promise<KeyringEntry | undefined> {
    if (!OPENCODE_ID.test(sessionID)) return undefined
    const entries = (await keyring.all()).filter((each) => each.sessionID === sessionID)
    const rank = ({ state, createdAt }: KeyringEntry) => (state === "active" ? 1e15 : 0) + createdAt
    return entries.sort((a, b) => rank(b) - rank(a))[0]
  }
}

/** What may write to it. Throws a sentence where this machine has nothing that does. */
export function accessTo({ shareID, secret }: FoundShare): ShareAccess {
  if (secret === undefined) {
    throw new CliError(
      `This machine holds no secret of ${shareID}: it was shared elsewhere, or by OpenCode without the plugin. Put its secret into BETTER_SHARE_SECRET.`,
      { code: "not_held" },
    )
  }
  return { shareID, secret }
}

export function isSameServer(one: string, other: string): boolean {
  return URL.canParse(one) && URL.canParse(other) && new URL(one).origin === new URL(other).origin
}
