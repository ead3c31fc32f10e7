import type { BlobStore, Machine } from "../shares/ports.ts"
import type { SharesDeps } from "../shares/shares.ts"
import type { Database } from "../storage/meta/kysely-store.ts"
import { openPostgresStore } from "../storage/meta/postgres.ts"
import { openSqliteStore } from "../storage/meta/sqlite.ts"
import { createInProcessNotifier } from "../storage/notifier/in-process.ts"
import { requireComplete } from "../storage/transfer/mark.ts"
import { nameObjects, openObjects } from "../storage/transfer/objects.ts"
import { createInstanceKeys } from "../trust/instance-keys.ts"
import type { Config } from "./config.ts"
import { databaseFile, requireDatabase } from "./data-dir.ts"
import { findMasterKeys } from "./instance-key.ts"
import { createLog } from "./log.ts"
import { createMachine } from "./machine.ts"
import { needsFolder, placeOf } from "./storage-place.ts"

/** What a server has, for a command beside it. */
export interface ExistingStorage extends SharesDeps {
  meta: Database
  blobs: BlobStore
  machine: Machine
}

/** Opens the storage of a server, which may be running on it. Throws a sentence for the operator where there is none. */
export async function withExistingStorage<T>(
  config: Config,
  use: (storage: ExistingStorage) => Promise<T>,
): Promise<T> {
  const { databaseUrl: url, dataDir, trust, maxShareBytes } = config
  if (url === undefined) await requireDatabase(dataDir)
  const [log, machine] = [createLog("silent"), createMachine()]
  const meta =
    url === undefined
      ? await openSqliteStore({ file: databaseFile(dataDir), migrate: false })
      : await openPostgresStore({ url, migrate: false, log })
  try {
    const { objects } = placeOf(config)
    await requireComplete(meta.trust, nameObjects(objects))
    const masters = await findMasterKeys({
      configured: trust.instanceKeys,
      folder: needsFolder(config) ? dataDir : undefined,
      store: meta.trust,
      machine,
      log,
    })
    return await use({
      meta,
      blobs: await openObjects(objects, "read"),
      notifier: createInProcessNotifier(),
      machine,
      keys: createInstanceKeys({ subtle: crypto.subtle, ...machine, masters }),
      log,
      maxShareBytes,
    })
  } finally {
    await meta.close()
  }
}
