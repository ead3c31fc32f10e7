import type { Kysely } from "kysely"
import type { MetaStore } from "../../shares/ports.ts"
import { createDeletionQueries } from "./deletions.ts"
import type { Dialect } from "./dialect.ts"
import { guarded } from "./guarded.ts"
import { endLease, forgetLeases, takeLease } from "./leases.ts"
import { createManifestQueries } from "./manifest.ts"
import { createPlainQueries } from "./plain.ts"
import { createRedactionQueries } from "./redactions.ts"
import type { Schema } from "./schema.ts"
import { createSecretQueries } from "./secrets.ts"
import { createShareQueries } from "./shares.ts"

/** The MetaStore over any SQL database that Kysely speaks to: a file for each of the things that it keeps. */
export function createKyselyStore(db: Kysely<Schema>, dialect: Dialect): MetaStore {
  const store: MetaStore = {
    ...createShareQueries(db, dialect),
    ...createSecretQueries(db, dialect),
    ...createManifestQueries(db, dialect),
    ...createPlainQueries(db),
    ...createDeletionQueries(db, dialect),
    ...createRedactionQueries(db, dialect),
    takeLease: (lease) => takeLease(db, lease),
    endLease: (lease) => endLease(db, lease),
    forgetLeases: (before) => forgetLeases(db, before),
    close: () => db.destroy(),
  }
  return guarded(store, dialect.isRetryable)
}
