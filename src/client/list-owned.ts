import type { HolderBody, OwnedSharesAnswer } from "../protocol/routes.ts"
import type { ApiClient } from "./api-client.ts"

export type OwnedShare = OwnedSharesAnswer["shares"][number]

/**
 * All shares of whoever proves to hold them, the newest first.
 * @param prove signs for each page anew: a signature holds once
 */
export async function listAllOwned(
  api: Pick<ApiClient, "listOwned">,
  prove: () => HolderBody,
): Promise<OwnedShare[]> {
  const found: OwnedShare[] = []
  let after: string | undefined
  do {
    const { shares, next } = await api.listOwned({ ...prove(), ...(after !== undefined && { after }) })
    found.push(...shares)
    after = next
  } while (after !== undefined)
  return found
}
