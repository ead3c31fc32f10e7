import { listAllOwned, type OwnedShare } from "../../client/list-owned.ts"
import { readHoldings } from "../../plugin/shares/holdings.ts"
import { apiOf, findServer } from "../server.ts"
import type { Terminal } from "../terminal.ts"
import { openOwnFolder } from "./own-folder.ts"

export interface Mine {
  /** The server that was asked. */
  server: string
  /** The newest first; links of encrypted ones with their keys, where those are known here. */
  shares: OwnedShare[]
}

/** What this machine's owner key, and the secrets in its keyring, open on a server. */
export async function listMine(terminal: Terminal, said: string | undefined): Promise<Mine> {
  const server = await findServer(terminal, said)
  const { folder } = openOwnFolder(terminal)
  const holdings = await readHoldings({ folder, server: server.url, now: terminal.now })
  const owned = holdings ? await listAllOwned(apiOf(server, terminal), () => holdings.prove("list")) : []
  const shares = owned.map((share) => ({ ...share, url: holdings?.linkOf(share.id) ?? share.url }))
  return { server: server.url, shares }
}
