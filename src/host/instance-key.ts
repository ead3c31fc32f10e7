import { readFile, rm } from "node:fs/promises"
import { join } from "node:path"
import type { Log } from "../shares/ports.ts"
import { isCode, moveInto, writeSynced } from "../storage/blobs/whole-file.ts"
import { INSTANCE_KEY, joinKeys } from "../storage/transfer/instance-keys.ts"
import { MASTER_KEY_BYTES, readMasterKeys } from "../trust/master-keys.ts"
import type { TrustMachine, TrustStore } from "../trust/ports.ts"

export interface MasterKeyPlaces {
  /** From the environment, the newest first. */
  configured: readonly Uint8Array<ArrayBuffer>[]
  /** The data folder, where this process has one for itself. */
  folder: string | undefined
  store: TrustStore
  machine: Pick<TrustMachine, "randomBytes">
  log: Log
}

type Keys = Uint8Array<ArrayBuffer>[]

const FILE = "instance-key"

/**
 * The instance's master keys: the configured ones, then those that were made for it. One is made at the first start
 * without any, in the data folder or, where nodes have none, in the database. What was made goes on opening when keys
 * are configured later, so that nothing is lost by it.
 */
export async function findMasterKeys(places: MasterKeyPlaces): Promise<Keys> {
  const { configured, folder, store, machine, log } = places
  const made = [
    ...(folder === undefined ? [] : await readKeyFile(join(folder, FILE))),
    ...readKept(await store.readInstance(INSTANCE_KEY)),
  ]
  if (configured.length + made.length > 0) return [...configured, ...made]
  const key = Buffer.from(machine.randomBytes(MASTER_KEY_BYTES)).toString("base64url")
  if (folder !== undefined) {
    await writeKeyFile(join(folder, FILE), key)
    return readMasterKeys(key)
  }
  log.warn(
    {},
    "INSTANCE_KEY is not set, so the key of this instance is kept in its database, beside what it is to protect",
  )
  return readKept(await store.keepInstance(INSTANCE_KEY, key))
}

function readKept(text: string | undefined): Keys {
  return text === undefined ? [] : readMasterKeys(text)
}

/** The keys that a data folder's file holds, as they stand there; undefined without one. */
export async function readKeyLines(folder: string): Promise<string | undefined> {
  return readText(join(folder, FILE))
}

/** Puts keys in front of those that a data folder's file holds. */
export async function addKeyLines(folder: string, lines: string): Promise<void> {
  const path = join(folder, FILE)
  await writeKeyFile(path, joinKeys(lines, await readText(path)))
}

async function readText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined
    throw error
  }
}

/** One line a key, the newest first. */
async function readKeyFile(path: string): Promise<Keys> {
  const text = await readText(path)
  if (text === undefined) return []
  try {
    return readMasterKeys(text)
  } catch (error) {
    throw new Error(`${path}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Whole or not at all: a key that a crash cut short would be refused by every start after it. */
async function writeKeyFile(path: string, key: string): Promise<void> {
  const temporary = `${path}.new`
  await rm(temporary, { force: true })
  await writeSynced(temporary, [Buffer.from(`${key}\n`)])
  await moveInto(temporary, path)
}
