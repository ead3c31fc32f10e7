import type { OwnedSharesAnswer } from "../protocol/routes.ts"
import type { Holder } from "../shares/own/holder.ts"
import type { ListPlace, ShareRow } from "../shares/ports.ts"
import { shareHref } from "../viewer/frame.ts"
import type { ApiDeps } from "./context.ts"
import { nextPlace, readPlace } from "./list-place.ts"

/** Shares on one page of a list. */
const PAGE = 50

/** The shares of somebody who has shown that they are theirs, as the API says them. */
export async function listOwned(
  { shares, machine, config }: Pick<ApiDeps, "shares" | "machine" | "config">,
  { creators, shares: held, after }: Holder & { after: string | undefined },
): Promise<OwnedSharesAnswer> {
  const before = readPlace(after)
  const { found, next } = await findOwnedPage({ shares, machine }, { creators, shares: held, before })
  return {
    shares: found.map((share) => ({
      id: share.id,
      url: `${config.baseUrl}${shareHref(share.id)}`,
      sessionID: share.sessionID ?? "",
      ...(share.metadata.title !== undefined && { title: share.metadata.title }),
      visibility: share.visibility,
      ...(share.expiresAt !== undefined && { expiresAt: new Date(share.expiresAt).toISOString() }),
      createdAt: new Date(share.createdAt).toISOString(),
      updatedAt: new Date(share.updatedAt).toISOString(),
      messageCount: share.metadata.messages,
      bytes: share.storedBytes,
      views: share.views,
      viewers: shares.viewers(share.id),
      ...(share.encrypted && { encrypted: true as const }),
    })),
    ...(next !== undefined && { next }),
  }
}

/** One page of somebody's shares: of single ones, those whose secret is still their own. */
export async function findOwnedPage(
  { shares, machine }: Pick<ApiDeps, "shares" | "machine">,
  { before, ...holder }: Holder & { before: ListPlace | undefined },
): Promise<{ found: ShareRow[]; next: string | undefined }> {
  const rows = await shares.listOwned({ ...holder, before, now: machine.now(), limit: PAGE })
  const held = await Promise.all(rows.map((share) => shares.holds(holder, share)))
  return { found: rows.filter((_, at) => held[at]), next: nextPlace(rows, PAGE) }
}
