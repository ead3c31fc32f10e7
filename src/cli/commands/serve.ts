import type { AddCommand } from "../commands.ts"
import { CliError } from "../exit.ts"
import { examples } from "../program.ts"

export const addServe: AddCommand = (program, { cwd, environment, colors }) =>
  program
    .command("serve")
    .summary("starts the server")
    .description("Starts the server, with the settings of the environment and of .env in this folder.")
    .addHelpText(
      "after",
      examples(
        ["better-share serve", "on this machine"],
        [`PORT=8080 better-share serve`, "on another port"],
      ),
    )
    .action(async () => {
      const { explainStart, runServer } = await import("../../host/run-server.ts")
      const { readSettingsIn } = await import("../../host/settings-file.ts")
      try {
        await runServer(readSettingsIn(cwd, environment))
      } catch (cause) {
        const message = `${colors.red("Better Share did not start.")}\n${explainStart(cause)}`
        throw new CliError(message, { cause })
      }
    })
