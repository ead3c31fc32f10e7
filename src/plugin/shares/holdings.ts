import { join } from "node:path"
import { type HolderBody, MOST_HELD } from "../../protocol/routes.ts"
import { isSameServer } from "../server-address.ts"
import { createKeyring } from "./keyring.ts"
import { findOwnerKey } from "./owner-key.ts"

/** What this machine can show for the shares of a server that are its owner's. */
export interface Holdings {
  /** Signed for this one call. */
  prove(action: "list" | "enter"): HolderBody
  /** Of an encrypted share, the link with its key; undefined where that is not known here. */
  linkOf(shareID: string): string | undefined
}

/** Undefined when there is nothing to show. Writes nothing. */
export async function readHoldings({
  folder,
  server,
  now,
}: {
  folder: string
  /** A secret is for the eyes of its own server alone. */
  server: string
  now: () => number
}): Promise<Holdings | undefined> {
  const owner = await findOwnerKey(join(folder, "owner.json"), now)
  const entries = (await createKeyring(join(folder, "keyring")).all()).filter((entry) =>
    isSameServer(entry.server, server),
  )
  const shares = entries
    .filter((entry) => entry.state === "active" && (owner === undefined || entry.owner !== owner.key))
    .sort((a, b) => b.createdAt - a.createdAt)
    .slice(0, MOST_HELD)
    .map(({ shareID, secret }) => ({ id: shareID, secret }))
  if (owner === undefined && shares.length === 0) return undefined
  const links = new Map(entries.flatMap(({ shareID, url, keyText }) => (keyText ? [[shareID, url]] : [])))
  return {
    prove: (action) => ({ ...(owner && { owner: owner.prove({ action, baseUrl: server }) }), shares }),
    linkOf: (shareID) => links.get(shareID),
  }
}
