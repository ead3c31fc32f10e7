import { Argument } from "commander"
import { inMinutes, onOneLine } from "../../client/printed.ts"
import type { AddCommand } from "../commands.ts"
import { openAdmin, operatorCommand } from "../operator.ts"
import { sayJson } from "../say.ts"

interface Common {
  json?: true
  server?: string
}

const kind = () => new Argument("<kind>", "what it is").choices(["address", "token", "creator"])

export const addBlocks: AddCommand = (admin, terminal) => {
  operatorCommand(admin, "blocks")
    .summary("lists who may not create or change anything")
    .action(async ({ json, server }: Common) => {
      const { blocks } = await (await openAdmin(terminal, server)).call("listBlocks")
      if (json) return sayJson(terminal, blocks)
      if (blocks.length === 0) terminal.stdout("Nobody is blocked.\n")
      for (const block of blocks)
        terminal.stdout(
          `${block.kind.padEnd(7)}  ${onOneLine(block.value)}  since ${inMinutes(block.createdAt)}  ${onOneLine(block.reason ?? "")}\n`,
        )
    })

  operatorCommand(admin, "block")
    .summary("keeps an address, a token or a creator from creating and changing shares")
    .addArgument(kind())
    .argument("<value>", "such as 192.0.2.0/24, or a token's id")
    .option("--reason <text>", "why, as it is told to them")
    .action(async (what: string, value: string, { json, server, reason }: Common & { reason?: string }) => {
      const body = { kind: what, value, ...(reason !== undefined && { reason }) }
      const { block } = await (await openAdmin(terminal, server)).call("addBlock", { body })
      if (json) return sayJson(terminal, block)
      terminal.stdout(`${block.kind} ${onOneLine(block.value)} is blocked.\n`)
    })

  return operatorCommand(admin, "unblock")
    .summary("takes a block away")
    .addArgument(kind())
    .argument("<value>", "as it was blocked")
    .action(async (what: string, value: string, { json, server }: Common) => {
      await (await openAdmin(terminal, server)).call("removeBlock", { body: { kind: what, value } })
      if (json) return sayJson(terminal, {})
      terminal.stdout(`${what} ${onOneLine(value)} is not blocked any more.\n`)
    })
}
