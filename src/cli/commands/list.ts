import { listAllOwned } from "../../client/list-owned.ts"
import { writeList } from "../../client/written-list.ts"
import { readHoldings } from "../../plugin/shares/holdings.ts"
import type { AddCommand } from "../commands.ts"
import { openOwnFolder } from "../held/own-folder.ts"
import { examples, withJson, withServer } from "../program.ts"
import { sayJson } from "../say.ts"
import { apiOf, findServer } from "../server.ts"

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
      const server = await findServer(terminal, said)
      const { folder } = openOwnFolder(terminal)
      const holdings = await readHoldings({ folder, server: server.url, now: terminal.now })
      const owned = holdings ? await listAllOwned(apiOf(server, terminal), () => holdings.prove("list")) : []
      const shares = owned.map((share) => ({ ...share, url: holdings?.linkOf(share.id) ?? share.url }))
      if (json) return sayJson(terminal, shares)
      terminal.stdout(writeList(shares) || `You share nothing on ${server.url}.\n`)
    })
