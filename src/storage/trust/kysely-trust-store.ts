import type { Kysely } from "kysely"
import type { TrustStore } from "../../trust/ports.ts"
import type { Dialect } from "../meta/dialect.ts"
import { guarded } from "../meta/guarded.ts"
import type { Schema } from "../meta/schema.ts"
import { createInstanceQueries } from "./instance.ts"
import { createSessionQueries } from "./sessions.ts"

/** The TrustStore, on the database of the metadata: what is recorded of a change stands or falls with it. */
export function createKyselyTrustStore(db: Kysely<Schema>, dialect: Dialect): TrustStore {
  const store: TrustStore = { ...createInstanceQueries(db), ...createSessionQueries(db) }
  return guarded(store, { room: "trust", isRetryable: dialect.isRetryable })
}
