import type { Kysely } from "kysely"
import type { TrustStore } from "../../trust/ports.ts"
import type { Dialect } from "../meta/dialect.ts"
import { guarded } from "../meta/guarded.ts"
import { endLease, takeLease } from "../meta/leases.ts"
import type { Schema } from "../meta/schema.ts"
import { createAuditQueries } from "./audit.ts"
import type { AuditWriter } from "./audit-writer.ts"
import { createBlockQueries } from "./blocks.ts"
import { createInstanceQueries } from "./instance.ts"
import { createOverviewQueries } from "./overview.ts"
import { createSessionQueries } from "./sessions.ts"
import { createTokenQueries } from "./tokens.ts"

/** The TrustStore, on the database of the metadata: what is recorded of a change stands or falls with it. */
export function createKyselyTrustStore(
  db: Kysely<Schema>,
  { dialect, audit }: { dialect: Dialect; audit: AuditWriter },
): TrustStore {
  const store: Omit<TrustStore, "onAudit"> = {
    ...createInstanceQueries(db, audit),
    ...createSessionQueries(db),
    ...createAuditQueries(db, audit),
    ...createTokenQueries(db, audit),
    ...createOverviewQueries(db),
    ...createBlockQueries(db, audit),
    takeLease: (lease) => takeLease(db, lease),
    endLease: (lease) => endLease(db, lease),
  }
  const { isRetryable } = dialect
  return { ...guarded(store, { room: "trust", isRetryable }), onAudit: audit.onWritten }
}
