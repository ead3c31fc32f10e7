import type { Transaction } from "kysely"
import type { ShareNews } from "../../shares/ports.ts"
import type { Schema } from "./schema.ts"

/** In what the databases differ. */
export interface Dialect {
  /** True when what the driver threw may succeed later. */
  isRetryable(error: unknown): boolean
  /** Whether transactions run side by side, and so lock the rows that they go by. */
  locksRows: boolean
  /** Tells other nodes, as part of the transaction. */
  announce?(tx: Transaction<Schema>, news: readonly ShareNews[]): Promise<void>
}
