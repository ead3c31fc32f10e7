import type { Transaction } from "kysely"
import type { ShareRow } from "../../shares/ports.ts"
import type { Dialect } from "./dialect.ts"
import { toShare } from "./rows.ts"
import type { Schema } from "./schema.ts"

/**
 * Whoever could see or change the share by something that was given out for it before can no more: pages kept, streams,
 * capabilities. Told to the other nodes with the transaction.
 */
export async function raiseAccess(
  tx: Transaction<Schema>,
  { shareID, dialect }: { shareID: string; dialect: Dialect },
): Promise<ShareRow> {
  const row = await tx
    .updateTable("shares")
    .set((eb) => ({ access: eb("access", "+", 1) }))
    .where("share_id", "=", shareID)
    .returningAll()
    .executeTakeFirstOrThrow()
  const { revision, state, access } = row
  await dialect.announce?.(tx, [{ shareID, revision, state, access }])
  return toShare(row)
}
