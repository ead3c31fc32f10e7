import type { AddCommand } from "../commands.ts"
import { examples, withJson } from "../program.ts"
import { sayJson } from "../say.ts"
import { settingsHere } from "../storage-copy.ts"

export const addAdminToken: AddCommand = (program, terminal) =>
  withJson(program.command("admin-token"))
    .summary("makes another admin token")
    .description(
      "Makes an admin token in the place of the one before, which opens nothing any more. A server that runs knows the new one at once.",
    )
    .addHelpText("after", examples(["better-share admin-token", "also while the server runs"]))
    .action(async ({ json }: { json?: true }) => {
      const { rotateAdminToken } = await import("../../host/admin-token.ts")
      const { describeAdminToken } = await import("../../host/run-server.ts")
      const config = settingsHere(terminal)
      const token = await rotateAdminToken(config)
      if (json) return sayJson(terminal, { token })
      terminal.stdout(describeAdminToken(token, config.baseUrl))
    })
