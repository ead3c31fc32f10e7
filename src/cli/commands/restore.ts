import { resolve } from "node:path"
import type { AddCommand } from "../commands.ts"
import { examples, withJson } from "../program.ts"
import { copyStorage, settingsHere } from "../storage-copy.ts"

export const addRestore: AddCommand = (program, terminal) =>
  withJson(program.command("restore <folder>"))
    .summary("copies a backup into an empty storage")
    .description(
      "Copies a backup into the storage of these settings, which is empty: no server has been started on it. Broken off, the same command goes on.",
    )
    .addHelpText(
      "after",
      examples(["better-share restore /backups/2026-06-01", "with the settings of the new place"]),
    )
    .action(async (folder: string, { json }: { json?: true }) => {
      const { restore } = await import("../../host/move.ts")
      const config = settingsHere(terminal)
      await copyStorage(terminal, { what: "Restoring", json }, (watched) =>
        restore({ config, folder: resolve(terminal.cwd, folder), ...watched }),
      )
    })
