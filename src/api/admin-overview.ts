import type * as z from "zod/mini"
import type { ListedShare, OverviewAnswer, SharesAnswer, sharesQuery } from "../protocol/admin-routes.ts"
import { notFound } from "../protocol/errors.ts"
import type { SeenShare } from "../trust/ports.ts"
import type { ApiDeps } from "./context.ts"

/** Shares at one go, unless asked. */
const PAGE = 50

/** What the operator sees of shares, for the API and for the pages alike. */
export interface AdminOverview {
  shares(query: z.infer<typeof sharesQuery>): Promise<SharesAnswer>
  /** Throws `not_found`. */
  share(shareID: string): Promise<ListedShare>
  read(): Promise<OverviewAnswer>
}

export function createAdminOverview({ trust, config }: Pick<ApiDeps, "trust" | "config">): AdminOverview {
  async function withTokens(found: readonly SeenShare[]): Promise<ListedShare[]> {
    const names = new Map((await trust.tokens.list()).map(({ id, name }) => [id, name]))
    return found.map(({ tokenID, createdAt, updatedAt, revokedAt, expiresAt, ...share }) => ({
      ...share,
      token: tokenID === undefined ? undefined : (names.get(tokenID) ?? tokenID),
      tokenID,
      createdAt: toIso(createdAt),
      updatedAt: toIso(updatedAt),
      revokedAt: revokedAt === undefined ? undefined : toIso(revokedAt),
      expiresAt: expiresAt === undefined ? undefined : toIso(expiresAt),
    }))
  }

  return {
    async shares({ after, limit = String(PAGE), token, ...query }) {
      const most = Number(limit)
      const found = await trust.listShares({
        ...query,
        tokenID: token,
        before: readPlace(after),
        limit: most,
      })
      const last = found.length === most ? found.at(-1) : undefined
      return {
        shares: await withTokens(found),
        ...(last && { next: `${last.createdAt}_${last.id}` }),
      }
    },

    async share(shareID) {
      const [share] = await withTokens(await trust.listShares({ shareID, limit: 1 }))
      if (!share) throw notFound()
      return share
    },

    async read() {
      const { shares, segments, bytes, superseded, deletions, webhook } = await trust.totals()
      return {
        version: config.version,
        shares,
        storage: { segments, bytes },
        waiting: { deletions, superseded, webhook },
      }
    },
  }
}

function toIso(ms: number): string {
  return new Date(ms).toISOString()
}

/** Where the list was left: `<createdAt>_<id>`, as `next` says it. An id may hold more of the `_`. */
function readPlace(after: string | undefined): { createdAt: number; shareID: string } | undefined {
  const [, createdAt, shareID] = /^(\d+)_(.+)$/.exec(after ?? "") ?? []
  return shareID === undefined ? undefined : { createdAt: Number(createdAt), shareID }
}
