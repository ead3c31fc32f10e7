import type { Command } from "commander"
import { addAdmin } from "./commands/admin.ts"
import { addAdminToken } from "./commands/admin-token.ts"
import { addAdopt } from "./commands/adopt.ts"
import { addBackup } from "./commands/backup.ts"
import { addCheck } from "./commands/check.ts"
import { addComplete } from "./commands/complete.ts"
import { addDoctor } from "./commands/doctor.ts"
import { addExport } from "./commands/export.ts"
import { addImport } from "./commands/import.ts"
import { addInit } from "./commands/init.ts"
import { addList } from "./commands/list.ts"
import { addMigrate } from "./commands/migrate.ts"
import { addMove } from "./commands/move.ts"
import { addOpen } from "./commands/open.ts"
import { addRedact } from "./commands/redact.ts"
import { addRestore } from "./commands/restore.ts"
import { addServe } from "./commands/serve.ts"
import { addSet } from "./commands/set.ts"
import { addShare } from "./commands/share.ts"
import { addShow } from "./commands/show.ts"
import { addStats } from "./commands/stats.ts"
import { addToken } from "./commands/token.ts"
import { addUnshare } from "./commands/unshare.ts"
import type { Terminal } from "./terminal.ts"

/** Adds a command to the program. */
export type AddCommand = (program: Command, terminal: Terminal) => Command

/** Every command, as help lists them. */
export const COMMANDS: readonly (readonly [heading: string, commands: readonly AddCommand[]])[] = [
  ["To begin with:", [addInit, addDoctor]],
  [
    "What you share:",
    [addShare, addList, addShow, addStats, addOpen, addSet, addRedact, addUnshare, addExport, addImport],
  ],
  ["For operators:", [addAdmin, addToken]],
  [
    "Where the server runs:",
    [addServe, addMigrate, addAdminToken, addCheck, addBackup, addRestore, addMove, addAdopt],
  ],
  ["For your shell:", [addComplete]],
]
