import { formatBytes } from "../../protocol/limits.ts"
import type { AddCommand } from "../commands.ts"
import { listMine } from "../held/list-mine.ts"
import { examples, withJson, withServer } from "../program.ts"
import { counted, sayJson } from "../say.ts"

export const addStats: AddCommand = (program, terminal) =>
  withJson(withServer(program.command("stats")))
    .summary("counts what you share")
    .description(
      "Counts what you share on a server: shares, messages, stored bytes, views. Of the whole server: `better-share admin overview`.",
    )
    .addHelpText("after", examples(["better-share stats", ""]))
    .action(async ({ json, server: said }: { json?: true; server?: string }) => {
      const { server, shares } = await listMine(terminal, said)
      const sum = (of: (share: (typeof shares)[number]) => number) =>
        shares.reduce((all, share) => all + of(share), 0)
      const visibility: Record<string, number> = {}
      for (const share of shares) visibility[share.visibility] = (visibility[share.visibility] ?? 0) + 1
      const stats = {
        server,
        shares: shares.length,
        encrypted: sum(({ encrypted }) => (encrypted ? 1 : 0)),
        expiring: sum(({ expiresAt }) => (expiresAt === undefined ? 0 : 1)),
        visibility,
        messages: sum(({ messageCount }) => messageCount),
        bytes: sum(({ bytes }) => bytes),
        views: sum(({ views }) => views),
        viewers: sum(({ viewers }) => viewers),
      }
      if (json) return sayJson(terminal, stats)
      const kinds = Object.entries(visibility).map(([name, count]) => `${count} ${name}`)
      const more = [
        ...kinds,
        stats.encrypted > 0 && `${stats.encrypted} encrypted`,
        stats.expiring > 0 && `${stats.expiring} with an end`,
      ]
      terminal.stdout(
        `${counted(stats.shares, "share")} on ${server}${more.some(Boolean) ? `: ${more.filter(Boolean).join(", ")}` : ""}
  ${counted(stats.messages, "message")}, ${formatBytes(stats.bytes)} stored
  ${counted(stats.views, "view")}, ${stats.viewers} watching
`,
      )
    })
