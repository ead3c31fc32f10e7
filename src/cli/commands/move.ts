import { resolve } from "node:path"
import type { AddCommand } from "../commands.ts"
import { requireFile } from "../files.ts"
import { examples, withJson } from "../program.ts"
import { copyStorage, settingsHere } from "../storage-copy.ts"

export const addMove: AddCommand = (program, terminal) =>
  withJson(program.command("move"))
    .summary("copies all that a stopped server has to another database, bucket or folder")
    .description(
      "Copies all that a server has, which is stopped, to where a file of settings says: to PostgreSQL and S3, back into a folder, or to another bucket. Broken off, the same command goes on. Nothing is taken away where it was.",
    )
    .requiredOption(
      "--to-env <file>",
      "the target's settings, as a server's environment: DATABASE_URL, S3_…, DATA_DIR",
    )
    .addHelpText("after", examples(["better-share move --to-env target.env", ""]))
    .action(async ({ toEnv, json }: { toEnv: string; json?: true }) => {
      const { move } = await import("../../host/move.ts")
      const { readEnvFile } = await import("../../host/env-file.ts")
      const config = settingsHere(terminal)
      const to = await readEnvFile(await requireFile(resolve(terminal.cwd, toEnv)))
      await copyStorage(terminal, { what: "Moving", json }, (watched) => move({ config, to, ...watched }))
    })
