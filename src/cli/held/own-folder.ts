import { join } from "node:path"
import { dataFolder, faultOfFolder } from "../../plugin/data-folder.ts"
import { createKeyring, type Keyring } from "../../plugin/shares/keyring.ts"
import { usageError } from "../exit.ts"
import type { Terminal } from "../terminal.ts"

/** Where this machine keeps what it can write to: the same as the plugin's. */
export interface OwnFolder {
  folder: string
  keyring: Keyring
}

export function openOwnFolder(terminal: Pick<Terminal, "environment" | "home">): OwnFolder {
  const fault = faultOfFolder(terminal.environment)
  if (fault !== undefined) throw usageError(`${fault}.`)
  const folder = dataFolder(terminal)
  return { folder, keyring: createKeyring(join(folder, "keyring")) }
}
