import { writeList } from "../../client/written-list.ts"
import type { AddCommand } from "../commands.ts"
import { listMine } from "../held/list-mine.ts"
import { examples, withJson, withServer } from "../program.ts"
import { sayJson } from "../say.ts"

export const addList: AddCommand = (program, terminal) =>
  withJson(withServer(program.command("list")))
    .summary("prints what you share")
    .description(
      "Prints what you share on a server: whatever your owner key or a share's secret on this machine opens.",
    )
    .addHelpText(
      "after",
      examples(["better-share list", ""], ["better-share list --json | jq -r '.[].url'", "links alone"]),
    )
    .action(async ({ json, server: said }: { json?: true; server?: string }) => {
      const { server, shares } = await listMine(terminal, said)
      if (json) return sayJson(terminal, shares)
      terminal.stdout(writeList(shares) || `You share nothing on ${server}.\n`)
    })
