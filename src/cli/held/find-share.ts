import type { ShareAccess } from "../../client/api-client.ts"
import { isSameServer } from "../../plugin/server-address.ts"
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
  const link = readShareLink(named)
  if (!link && !SHARE_ID.test(named) && !OPENCODE_ID.test(named))
    throw usageError(`${JSON.stringify(named)} is no link to a share, no share's id and no session's id.`)
  const id = link?.shareID ?? named
  const entry = (await keyring.find(id)) ?? (link ? undefined : await newestOf(named))
  if (!entry && !link && (named.startsWith("ses_") || !SHARE_ID.test(named)))
    throw new CliError(`This machine has not shared the session ${named}.`, { code: "not_found" })
  const server =
    link?.server ?? (said === undefined ? entry?.server : undefined) ?? (await findServer(terminal, said)).url
  // A secret is for the eyes of its own server alone.
  const mine = entry && isSameServer(entry.server, server) ? entry : undefined
  return {
    server,
    shareID: mine?.shareID ?? id,
    secret: mine?.secret ?? secretFor(server, said, terminal),
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
      `This machine holds no secret of ${shareID}: it was shared elsewhere, or by OpenCode without the plugin. Put its secret into BETTER_SHARE_SECRET, and say its --server.`,
      { code: "not_held" },
    )
  }
  return { shareID, secret }
}

/** The environment's, for the server that was named beside it: a link may lead to anybody's. */
function secretFor(server: string, said: string | undefined, { environment }: Terminal): string | undefined {
  const secret = environment.BETTER_SHARE_SECRET?.trim() || undefined
  const named = said ?? environment.BETTER_SHARE_BASE_URL?.trim() ?? ""
  return isSameServer(named, server) ? secret : undefined
}

/** Every share of a session that this machine has made and not removed, or the one that is named otherwise. */
export async function findShares(
  terminal: Terminal,
  named: string,
  said: string | undefined,
): Promise<FoundShare[]> {
  const first = await findShare(terminal, named, said)
  if (first.entry?.sessionID !== named) return [first]
  const { keyring } = openOwnFolder(terminal)
  const others = (await keyring.all()).filter(
    ({ sessionID, shareID, state, server }) =>
      sessionID === named &&
      state !== "removed" &&
      shareID !== first.shareID &&
      isSameServer(server, first.server),
  )
  return [first, ...others.map(ofEntry)]
}

/** What this machine has for a share that it made. */
export function ofEntry(entry: KeyringEntry): FoundShare {
  const { server, shareID, secret, keyText } = entry
  return { server, shareID, secret, keyText, capability: undefined, entry }
}
