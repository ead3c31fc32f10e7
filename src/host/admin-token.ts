import { BY_ITSELF } from "../protocol/audit.ts"
import { openPostgresStore } from "../storage/meta/postgres.ts"
import { openSqliteStore } from "../storage/meta/sqlite.ts"
import { createAdmin } from "../trust/admin.ts"
import type { Config } from "./config.ts"
import { databaseFile, requireDatabase } from "./data-dir.ts"
import { createLog } from "./log.ts"
import { createMachine } from "./machine.ts"

/**
 * A new admin token in the place of the one before, for whoever may run commands where the server runs. It may be
 * running: it looks at the database each time. Throws a sentence where there is no server's database: one that is made here
 * would give a token that opens nothing.
 */
export async function rotateAdminToken({ databaseUrl: url, dataDir, migrate }: Config): Promise<string> {
  if (url === undefined) await requireDatabase(dataDir)
  const log = createLog("silent")
  const store =
    url === undefined
      ? await openSqliteStore({ file: databaseFile(dataDir), migrate })
      : await openPostgresStore({ url, migrate, log })
  try {
    return await createAdmin({ store: store.trust, machine: createMachine() }).rotate(BY_ITSELF)
  } finally {
    await store.close()
  }
}
