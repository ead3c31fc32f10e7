import type { Transaction } from "kysely"
import type { ShareNews } from "../../shares/ports.ts"
import type { Schema } from "./schema.ts"
import type { PoolUse } from "./vitals.ts"

/** In what the databases differ. */
export interface Dialect {
  /** True when what the driver threw may succeed later. */
  isRetryable(error: unknown): boolean
  /** Whether transactions run side by side, and so lock the rows that they go by. */
  locksRows: boolean
  /** Where there is more than one connection. */
  poolUse?(): PoolUse
  /** Tells other nodes, as part of the transaction. */
  announce?(tx: Transaction<Schema>, news: readonly ShareNews[]): Promise<void>
}
