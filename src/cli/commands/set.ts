import { Option } from "commander"
import { inMinutes, onOneLine } from "../../client/printed.ts"
import { readExpiry } from "../../protocol/expiry.ts"
import { VISIBILITIES, type Visibility } from "../../protocol/visibility.ts"
import { readPassword } from "../asking.ts"
import type { AddCommand } from "../commands.ts"
import { usageError } from "../exit.ts"
import { accessTo, findShare } from "../held/find-share.ts"
import { examples, withJson, withServer } from "../program.ts"
import { sayJson } from "../say.ts"
import { apiAt } from "../server.ts"

interface SetOptions {
  visibility?: Visibility
  password?: true
  expires?: string
  json?: true
  server?: string
}

export const addSet: AddCommand = (program, terminal) =>
  withJson(withServer(program.command("set <share>")))
    .summary("changes who may see a share, and for how long")
    .description("Changes who may see a share, and for how long. It holds at once, for open pages too.")
    .addOption(new Option("--visibility <who>", "who may see it").choices([...VISIBILITIES]))
    .option(
      "--password",
      "asks for a password, or reads it from standard input, and has viewers asked for it",
    )
    .option("--expires <when>", "such as 1h, 7d, 2030-12-31 or never")
    .addHelpText(
      "after",
      examples(
        ["better-share set ses_… --expires 7d", ""],
        ["better-share set ses_… --visibility private", "you alone, and the operator"],
        [
          "pass show team | better-share set ses_… --password",
          "never as an argument, which others could see",
        ],
      ),
    )
    .action(async (named: string, { visibility, password: asks, expires, json, server }: SetOptions) => {
      if (visibility === undefined && !asks && expires === undefined)
        throw usageError("Nothing to change: say --visibility, --password or --expires.")
      if (visibility === "password" && !asks)
        throw usageError("Which password? Add --password, which asks for it.")
      if (expires !== undefined && readExpiry(expires, terminal.now()) === undefined)
        throw usageError(
          `--expires takes a time such as 1h or 7d, a date, or never, and not ${JSON.stringify(expires)}.`,
        )
      const found = await findShare(terminal, named, server)
      const share = accessTo(found)
      const password = asks
        ? await readPassword(terminal, "The new password, 8 characters or more")
        : undefined
      const changed = await apiAt(found.server, terminal).change(share, {
        ...(visibility && { visibility }),
        ...(password !== undefined && { password }),
        ...(expires !== undefined && { expires }),
      })
      if (json) return sayJson(terminal, changed)
      const end =
        changed.expiresAt === undefined ? "does not expire" : `until ${inMinutes(changed.expiresAt)}`
      terminal.stdout(`${onOneLine(changed.url)}\n  ${changed.visibility}, ${onOneLine(end)}\n`)
      if (changed.importUrl !== changed.url)
        terminal.stdout(
          `  \`opencode import ${onOneLine(changed.importUrl)}\` takes it home; whoever has this address sees it.\n`,
        )
    })
