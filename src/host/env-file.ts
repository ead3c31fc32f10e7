import { readFile } from "node:fs/promises"
import { parseEnv } from "node:util"
import { type Config, readConfig } from "./config.ts"
import { isSet } from "./variable.ts"

/** What says where a storage is: without any of them the file is not one that describes one. */
const PLACES = ["DATA_DIR", "DATABASE_URL", "S3_ENDPOINT"]

/**
 * A storage that a file describes as the environment of a server would: `DATABASE_URL`, `S3_*`, `DATA_DIR`. Nothing of this
 * process's own environment counts there. Throws sentences for the operator.
 */
export async function readEnvFile(path: string): Promise<Config> {
  const env = parseEnv(await readFile(path, "utf8"))
  if (!PLACES.some((name) => isSet(env, name))) {
    throw new Error(`${path} names no storage: it must set one of ${PLACES.join(", ")}.`)
  }
  return readConfig(env)
}
