import { ShareError } from "../protocol/errors.ts"
import { formatBytes } from "../protocol/limits.ts"
import type { Machine, MetaStore, QuotaExcess, Quotas } from "./ports.ts"

export const NO_QUOTAS: Quotas = { ownerBytes: 0, totalBytes: 0 }

interface QuotaDeps {
  meta: Pick<MetaStore, "quotaExcess">
  machine: Pick<Machine, "now">
  /** None unless told. */
  quotas?: Quotas
}

/**
 * For what adds to the store, before it does: throws `quota_exceeded` when so many bytes more of this creator's would
 * go beyond a quota. What exactly is added is held to them again when it is committed.
 * @param creator undefined for what nobody owns any more
 */
export async function requireRoom(
  { meta, machine, quotas = NO_QUOTAS }: QuotaDeps,
  { creator, bytes }: { creator: string | undefined; bytes: number },
): Promise<void> {
  if (quotas.ownerBytes === 0 && quotas.totalBytes === 0) return
  const excess = await meta.quotaExcess({ creator: creator ?? "", bytes, quotas, at: machine.now() })
  if (excess) throw quotaExceeded(excess, quotas)
}

export function isQuotaExcess(excess: unknown): excess is QuotaExcess {
  return excess === "owner_quota" || excess === "total_quota"
}

export function quotaExceeded(excess: QuotaExcess, quotas: Quotas = NO_QUOTAS): ShareError {
  return new ShareError("quota_exceeded", MESSAGES[excess](quotas))
}

const MESSAGES: Record<QuotaExcess, (quotas: Quotas) => string> = {
  owner_quota: ({ ownerBytes }) =>
    `Your shares come to as much as they may together (${formatBytes(ownerBytes)}). Remove some, or ask who runs this server for more.`,
  total_quota: ({ totalBytes }) =>
    `This server is full: it keeps ${formatBytes(totalBytes)} and no more. Ask who runs it to make room.`,
}
