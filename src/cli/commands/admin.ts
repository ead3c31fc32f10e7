import { Option } from "commander"
import { inMinutes, onOneLine, shortened } from "../../client/printed.ts"
import type { ListedShare } from "../../protocol/admin-routes.ts"
import { AUDIT_EVENTS } from "../../protocol/audit.ts"
import { formatBytes } from "../../protocol/limits.ts"
import { requireConsent } from "../asking.ts"
import type { AddCommand } from "../commands.ts"
import { openAdmin, operatorCommand } from "../operator.ts"
import { examples } from "../program.ts"
import { counted, sayJson } from "../say.ts"
import { readShareLink } from "../share-link.ts"
import { addBlocks } from "./admin-blocks.ts"

interface Common {
  json?: true
  server?: string
}

export const addAdmin: AddCommand = (program, terminal) => {
  const admin = program
    .command("admin")
    .summary("looks after a server: shares, blocks, audit")
    .description("What the operator's pages do. It takes the admin token, in BETTER_SHARE_ADMIN_TOKEN.")
    .addHelpText(
      "after",
      examples(
        ["better-share admin overview", "how much there is, and what work is waiting"],
        ['better-share admin take-down <share> --reason "…"', ""],
      ),
    )
  const open = (server: string | undefined) => openAdmin(terminal, server)

  operatorCommand(admin, "overview")
    .summary("how much there is, and what work is waiting")
    .action(async ({ json, server }: Common) => {
      const overview = await (await open(server)).call("readOverview")
      if (json) return sayJson(terminal, overview)
      const { version, shares, storage, waiting } = overview
      terminal.stdout(
        `Better Share ${onOneLine(version)}
  ${counted(shares.active, "share")}, ${shares.revoked.toLocaleString("en")} removed, ${shares.expired.toLocaleString("en")} expired
  ${counted(storage.segments, "segment")} with ${formatBytes(storage.bytes)}
  waiting: ${counted(waiting.deletions, "deletion")}, ${counted(waiting.superseded, "replaced object")}, ${counted(waiting.webhook, "entry", "entries")} for the webhook
`,
      )
    })

  operatorCommand(admin, "shares")
    .summary("lists shares, the newest first")
    .option("--search <text>", "an id, or a part of a title")
    .addOption(new Option("--state <state>", "of this state").choices(["active", "revoked", "expired"]))
    .option("--creator <hash>", "of this creator, as the list says it")
    .option("--token <id>", "created with this token")
    .option("--all", "all of them, and not only the newest 200")
    .action(
      async ({
        json,
        server,
        all,
        ...filter
      }: Common & { all?: true; [name: string]: string | true | undefined }) => {
        const admin = await open(server)
        const shares: ListedShare[] = []
        let after: string | undefined
        do {
          const query = { ...(filter as Record<string, string | undefined>), limit: "200", after }
          const page = await admin.call("listShares", { query })
          shares.push(...page.shares)
          after = page.next
        } while (all && after !== undefined)
        if (json) return sayJson(terminal, shares)
        for (const share of shares) terminal.stdout(`${lineOf(share)}\n`)
        if (after !== undefined) terminal.stderr("There are more: --all lists them.\n")
      },
    )

  operatorCommand(admin, "take-down <share>")
    .summary("removes a share, for a reason that its readers are shown")
    .requiredOption("--reason <text>", "why, as it is shown on the page")
    .option("-y, --yes", "does not ask")
    .action(async (named: string, { json, server, reason, yes }: Common & { reason: string; yes?: true }) => {
      const admin = await open(server)
      const id = idOf(named)
      await requireConsent(terminal, {
        message: `Remove ${id} and everything that is stored of it?`,
        isSure: yes,
      })
      const { receipt } = await admin.call("takeDownShare", { params: { id }, body: { reason } })
      if (json) return sayJson(terminal, receipt)
      terminal.stdout(`${id} is gone: ${counted(receipt.objects, "object")} deleted.\n`)
    })

  operatorCommand(admin, "reissue <share>")
    .summary("makes new secrets for a share; the old ones open nothing more")
    .action(async (named: string, { json, server }: Common) => {
      const secrets = await (await open(server)).call("reissueSecret", { params: { id: idOf(named) } })
      if (json) return sayJson(terminal, secrets)
      terminal.stdout(`secret         ${onOneLine(secrets.secret)}\n`)
      if (secrets.deleteSecret) terminal.stdout(`to delete with ${onOneLine(secrets.deleteSecret)}\n`)
    })

  addBlocks(admin, terminal)

  operatorCommand(admin, "audit")
    .summary("prints the audit, a line of JSON for each entry, the oldest first")
    .option("--since <time>", "from then on, in ISO 8601")
    .option("--until <time>", "up to then")
    .option("--share <id>", "of this share")
    .addOption(new Option("--event <event>", "of this kind").choices([...AUDIT_EVENTS]))
    .action(async ({ json: _, server, ...query }: Common & Record<string, string>) => {
      terminal.stdout(new TextDecoder().decode(await (await open(server)).audit(query)))
    })

  operatorCommand(admin, "open")
    .summary("prints a link that lets one browser into the operator's pages, once, within ten minutes")
    .action(async ({ json, server }: Common) => {
      const entry = await (await open(server)).call("enterAdmin")
      if (json) return sayJson(terminal, entry)
      terminal.stdout(`${onOneLine(entry.url)}\n`)
    })

  operatorCommand(admin, "rotate")
    .summary("makes another admin token; this one opens nothing more")
    .action(async ({ json, server }: Common) => {
      const { token } = await (await open(server)).call("rotateAdminToken")
      if (json) return sayJson(terminal, { token })
      terminal.stdout(`${onOneLine(token)}\n`)
    })

  return admin
}

function idOf(named: string): string {
  return readShareLink(named)?.shareID ?? named
}

function lineOf({ id, title, state, bytes, updatedAt, visibility, views }: ListedShare): string {
  const facts = [
    id.padEnd(22),
    state.padEnd(7),
    visibility.padEnd(8),
    formatBytes(bytes).padStart(9),
    `${views} views`,
    inMinutes(updatedAt),
    shortened(title ?? ""),
  ]
  return onOneLine(facts.join("  "))
}
