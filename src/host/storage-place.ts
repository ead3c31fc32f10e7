import type { StoragePlace } from "../storage/transfer/transfer.ts"
import type { Config } from "./config.ts"
import { databaseFile } from "./data-dir.ts"

/** What says where a server keeps everything. */
export type StorageSettings = Pick<Config, "databaseUrl" | "s3" | "dataDir">

/** A storage that is one folder, as `DATA_DIR` alone makes it. */
export function embeddedIn(folder: string): StorageSettings {
  return { dataDir: folder, databaseUrl: undefined, s3: undefined }
}

/** Whether something is kept in the folder. With both elsewhere nodes on one machine need none of their own. */
export function needsFolder({ databaseUrl, s3 }: StorageSettings): boolean {
  return databaseUrl === undefined || s3 === undefined
}

export function placeOf({ databaseUrl: url, s3, dataDir }: StorageSettings): StoragePlace {
  return {
    database: url === undefined ? { file: databaseFile(dataDir) } : { url },
    objects: s3 === undefined ? { folder: dataDir } : { bucket: s3 },
  }
}
