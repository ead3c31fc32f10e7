import type { AddCommand } from "../commands.ts"
import { examples, withJson } from "../program.ts"
import { sayJson } from "../say.ts"
import { settingsHere } from "../storage-copy.ts"

export const addMigrate: AddCommand = (program, terminal) =>
  withJson(program.command("migrate"))
    .summary("brings the database up to date")
    .description("Brings the database up to date, where the server is started with MIGRATE=off.")
    .addHelpText("after", examples(["better-share migrate", "before the new version is started"]))
    .action(async ({ json }: { json?: true }) => {
      const { migrate } = await import("../../host/run-server.ts")
      const migrated = await migrate(settingsHere(terminal))
      if (json) return sayJson(terminal, { migrated })
      terminal.stdout(
        migrated.length > 0 ? `Migrated: ${migrated.join(", ")}.\n` : "The database is up to date.\n",
      )
    })
