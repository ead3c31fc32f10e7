import type { Command } from "commander"
import { addAdminToken } from "./commands/admin-token.ts"
import { addMigrate } from "./commands/migrate.ts"
import { addServe } from "./commands/serve.ts"
import type { Terminal } from "./terminal.ts"

/** Adds a command to the program. */
export type AddCommand = (program: Command, terminal: Terminal) => Command

/** Every command, as help lists them. */
export const COMMANDS: readonly (readonly [heading: string, commands: readonly AddCommand[]])[] = [
  ["Where the server runs:", [addServe, addMigrate, addAdminToken]],
]
