import { resolve } from "node:path"
import type { AddCommand } from "../commands.ts"
import { examples, withJson } from "../program.ts"
import { copyStorage, settingsHere } from "../storage-copy.ts"

export const addBackup: AddCommand = (program, terminal) =>
  withJson(program.command("backup <folder>"))
    .summary("copies all that the server has into a folder that a server can be started on")
    .description(
      "Copies all that the server has into a new folder, which a server can be started on. It may run meanwhile. Broken off, the same command goes on.",
    )
    .addHelpText("after", examples(["better-share backup /backups/2026-06-01", ""]))
    .action(async (folder: string, { json }: { json?: true }) => {
      const { backup } = await import("../../host/move.ts")
      const config = settingsHere(terminal)
      await copyStorage(terminal, { what: "Backing up", json }, (watched) =>
        backup({ config, folder: resolve(terminal.cwd, folder), ...watched }),
      )
    })
