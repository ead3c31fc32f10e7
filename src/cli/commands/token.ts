import { inMinutes, onOneLine } from "../../client/printed.ts"
import type { AddCommand } from "../commands.ts"
import { CliError } from "../exit.ts"
import { openAdmin, operatorCommand } from "../operator.ts"
import { examples } from "../program.ts"
import { sayJson } from "../say.ts"

interface Common {
  json?: true
  server?: string
}

export const addToken: AddCommand = (program, terminal) => {
  const token = program
    .command("token")
    .summary("makes and revokes tokens that create shares")
    .description("Tokens that create shares. It takes the admin token, in BETTER_SHARE_ADMIN_TOKEN.")
    .addHelpText(
      "after",
      examples(
        ["better-share token create ci", "prints it, this once"],
        ["better-share token revoke ci", "its shares stay"],
      ),
    )

  operatorCommand(token, "list")
    .summary("lists tokens, revoked ones among them")
    .action(async ({ json, server }: Common) => {
      const { tokens } = await (await openAdmin(terminal, server)).call("listTokens")
      if (json) return sayJson(terminal, tokens)
      for (const { id, name, createdAt, lastUsedAt, revokedAt } of tokens) {
        const facts = [
          createdAt && `made ${inMinutes(createdAt)}`,
          lastUsedAt && `used ${inMinutes(lastUsedAt)}`,
          revokedAt && `revoked ${inMinutes(revokedAt)}`,
        ]
        terminal.stdout(`${onOneLine(name)}  ${onOneLine(id)}  ${facts.filter(Boolean).join(", ")}\n`)
      }
    })

  operatorCommand(token, "create <name>")
    .summary("makes a token, and prints it this once")
    .action(async (name: string, { json, server }: Common) => {
      const made = await (await openAdmin(terminal, server)).call("createToken", { body: { name } })
      if (json) return sayJson(terminal, { ...made.token, text: made.text })
      terminal.stdout(`${onOneLine(made.text)}\n`)
      terminal.stderr("It is shown this once. BETTER_SHARE_TOKEN, or the plugin's option token, takes it.\n")
    })

  operatorCommand(token, "revoke <token>")
    .summary("revokes a token, by its name or its id; its shares stay")
    .action(async (named: string, { json, server }: Common) => {
      const admin = await openAdmin(terminal, server)
      const { tokens } = await admin.call("listTokens")
      const found = tokens.find(({ id, name }) => id === named || name === named)
      if (!found) throw new CliError(`There is no token ${JSON.stringify(named)}.`, { code: "not_found" })
      const revoked = await admin.call("revokeToken", { params: { token: found.id } })
      if (json) return sayJson(terminal, revoked.token)
      terminal.stdout(`${onOneLine(found.name)} creates nothing any more.\n`)
    })

  return token
}
