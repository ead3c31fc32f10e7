import type { Kysely } from "kysely"
import type { MetaStore } from "../../shares/ports.ts"
import type { TrustStore } from "../../trust/ports.ts"
import { createAuditWriter } from "../trust/audit-writer.ts"
import { createKyselyTrustStore } from "../trust/kysely-trust-store.ts"
import { createAccessQueries } from "./access.ts"
import { createDeletionQueries } from "./deletions.ts"
import type { Dialect } from "./dialect.ts"
import { guarded } from "./guarded.ts"
import { createIntegrityQueries } from "./integrity.ts"
import { endLease, forgetLeases, takeLease } from "./leases.ts"
import { createListQueries } from "./lists.ts"
import { createManifestQueries } from "./manifest.ts"
import { createPlainQueries } from "./plain.ts"
import { createRedactionQueries } from "./redactions.ts"
import type { Schema } from "./schema.ts"
import { createSealedRedactionQueries } from "./sealed-redactions.ts"
import { createSecretQueries } from "./secrets.ts"
import { createShareQueries } from "./shares.ts"
import { createVitals, type Vitals } from "./vitals.ts"

/** Everything that one database keeps. */
export interface Database extends MetaStore {
  readonly trust: TrustStore
  readonly vitals: Vitals
}

/** The MetaStore over any SQL database that Kysely speaks to: a file for each of the things that it keeps. */
export function createKyselyStore(db: Kysely<Schema>, dialect: Dialect): Database {
  const audit = createAuditWriter(db)
  const store: MetaStore = {
    ...createShareQueries(db, { dialect, audit }),
    ...createSecretQueries(db, { dialect, audit }),
    ...createManifestQueries(db, dialect),
    ...createPlainQueries(db),
    ...createDeletionQueries(db, { dialect, audit }),
    ...createRedactionQueries(db, { dialect, audit }),
    ...createSealedRedactionQueries({ dialect, audit }),
    ...createAccessQueries(db, { dialect, audit }),
    ...createListQueries(db),
    ...createIntegrityQueries(db),
    takeLease: (lease) => takeLease(db, lease),
    endLease: (lease) => endLease(db, lease),
    forgetLeases: (before) => forgetLeases(db, before),
    close: () => db.destroy(),
  }
  return {
    ...guarded(store, dialect),
    trust: createKyselyTrustStore(db, { dialect, audit }),
    vitals: createVitals(db, dialect),
  }
}
