import { resolve } from "node:path"
import { objectPrefix, plainKey } from "../shares/segment.ts"
import { type Progress, type Transferred, transfer } from "../storage/transfer/transfer.ts"
import { claimDataDir } from "./data-dir.ts"
import { addKeyLines, readKeyLines } from "./instance-key.ts"
import { embeddedIn, needsFolder, placeOf, type StorageSettings } from "./storage-place.ts"

interface Watched {
  signal?: AbortSignal | undefined
  /** Contract: must not throw. */
  onProgress?: ((progress: Progress) => void) | undefined
}

/** Copies what a server has, which may be running, into a folder that a server can be started on. */
export function backup({
  config,
  folder,
  ...watched
}: Watched & { config: StorageSettings; folder: string }): Promise<Transferred> {
  return copyStorage({ ...watched, from: config, to: embeddedIn(folder), mayRun: true })
}

/** Copies a backup into an empty storage. */
export function restore({
  config,
  folder,
  ...watched
}: Watched & { config: StorageSettings; folder: string }): Promise<Transferred> {
  return copyStorage({ ...watched, from: embeddedIn(folder), to: config, mayRun: false })
}

/** Copies the storage of a server that has been stopped into another, whole or as far as they differ. */
export function move({
  config,
  to,
  ...watched
}: Watched & { config: StorageSettings; to: StorageSettings }): Promise<Transferred> {
  return copyStorage({ ...watched, from: config, to, mayRun: false })
}

/** Throws a sentence for the operator. Broken off anywhere, the same call goes on. */
async function copyStorage({
  from,
  to,
  mayRun,
  ...watched
}: Watched & { from: StorageSettings; to: StorageSettings; mayRun: boolean }): Promise<Transferred> {
  const oneFolder = needsFolder(from) && needsFolder(to) && resolve(from.dataDir) === resolve(to.dataDir)
  const locks: { release(): void }[] = []
  try {
    if (needsFolder(from) && !mayRun) locks.push(await claimDataDir(from.dataDir))
    if (needsFolder(to) && !(oneFolder && !mayRun)) locks.push(await claimDataDir(to.dataDir))
    return await transfer({
      ...watched,
      from: placeOf(from),
      to: placeOf(to),
      mayRun,
      layout: { objectPrefix, plainKey },
      now: Date.now,
      async carryKeys(keepInDatabase) {
        const lines = needsFolder(from) && !oneFolder ? await readKeyLines(from.dataDir) : undefined
        if (lines === undefined) return
        if (needsFolder(to)) await addKeyLines(to.dataDir, lines)
        else await keepInDatabase(lines)
      },
    })
  } finally {
    for (const lock of locks) lock.release()
  }
}
