import { ShareError } from "../../protocol/errors.ts"
import { MOST_RULES } from "../../protocol/redaction-rule.ts"
import type { RedactionReceipt } from "../../protocol/routes.ts"
import type { RedactionRow, ShareRow } from "../ports.ts"
import type { SharesDeps } from "../shares.ts"
import { COMMITTABLE_MS, LATE_PUT_MS, LATE_UPLOAD_MS } from "../upload-times.ts"

/** What became of rules, of which the share has all that are named. */
export type Receipts = (share: ShareRow, ids: ReadonlySet<string>) => Promise<RedactionReceipt>

/** How long a request waits for the store. */
export const PATIENCE_MS = 20_000
/** Objects that are counted as still to be deleted. */
const MOST_DUE = 10_000

export function createReceipts({
  meta,
  machine,
  notifier,
}: Pick<SharesDeps, "meta" | "machine" | "notifier">): Receipts {
  /** From when on nothing can come any more that somebody had begun to put before. */
  function finalFrom({ ticketsUntil }: ShareRow, at: number): number {
    if (ticketsUntil !== undefined) return ticketsUntil + LATE_UPLOAD_MS + COMMITTABLE_MS
    return notifier.shared ? at + LATE_PUT_MS : at
  }

  return async (share, ids) => {
    const rows = (await meta.redactions(share.id, share.generation)).filter(({ id }) => ids.has(id))
    const sum = (of: (row: RedactionRow) => number) => rows.reduce((total, row) => total + of(row), 0)
    const at = Math.max(...rows.map(({ createdAt }) => createdAt))
    const due = await meta.superseded(1, MOST_DUE, share.id)
    const pending = (await meta.unredacted(share.id)).length > 0
    return {
      rules: ids.size,
      occurrences: sum(({ occurrences }) => occurrences),
      items: sum(({ items }) => items),
      segments: sum(({ segments }) => segments),
      objectsDeleted: Math.max(0, sum(({ objects }) => objects) - due.length),
      revision: share.redactedTo,
      at: new Date(at).toISOString(),
      final: !pending && machine.now() >= finalFrom(share, at),
    }
  }
}

export function tooManyRules(): ShareError {
  return new ShareError(
    "conflict",
    `A share has at most ${MOST_RULES} redactions: what is to go beyond that, goes by removing the share.`,
  )
}
