import { readFileSync } from "node:fs"
import { join } from "node:path"
import { parseEnv } from "node:util"
import { type Config, readConfig } from "./config.ts"
import type { Environment } from "./variable.ts"

/** What a server that starts in this folder goes by: the environment, and behind it the folder's file `.env`. */
export function readSettingsIn(folder: string, environment: Environment): Config {
  return readConfig({ ...readDotEnv(join(folder, ".env")), ...environment })
}

function readDotEnv(path: string): Environment {
  try {
    return parseEnv(readFileSync(path, "utf8"))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return {}
    throw error
  }
}
