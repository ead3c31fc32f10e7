import { Option } from "commander"
import { shortened } from "../../client/printed.ts"
import { VISIBILITIES } from "../../protocol/visibility.ts"
import { requireConsent } from "../asking.ts"
import type { AddCommand } from "../commands.ts"
import { CliError, usageError } from "../exit.ts"
import { examples, withJson, withServer } from "../program.ts"
import { counted, sayJson } from "../say.ts"
import { shareAll } from "../sharing/share-all.ts"
import { type Source, withSources } from "../sharing/source.ts"
import { type ShareOptions, wishOf } from "../sharing/wish.ts"
import type { Terminal } from "../terminal.ts"

export const addShare: AddCommand = (program, terminal) =>
  withJson(withServer(program.command("share [session]")))
    .summary("shares a session, and prints its link")
    .description(
      "Shares a session of OpenCode's, by its id, or an exported one, by its file or - for standard input. It is redacted on this machine as the plugin does. Shared again, its share is brought up to what it is.",
    )
    .option("-n, --dry-run", "sends nothing, and shows what would leave and what was redacted in it")
    .option("--all", "all sessions of this project that were started by people")
    .option("-y, --yes", "does not ask, with --all")
    .option("--since <span>", "of those, what was changed within, say, 30d")
    .option("-e, --encrypt", "end to end: the server never sees what is in it")
    .addOption(
      new Option("--redact <mode>", "what is done about secrets").choices(["replace", "block", "off"]),
    )
    .addOption(new Option("--visibility <who>", "who may see it").choices([...VISIBILITIES]))
    .option(
      "--password",
      "asks for a password, or reads it from standard input, and has viewers asked for it",
    )
    .option("--expires <when>", "such as 1h, 7d or 2030-12-31")
    .addHelpText(
      "after",
      examples(
        ["better-share share ses_…", ""],
        ["better-share share ses_… --dry-run", "what would leave"],
        ["opencode export ses_… | better-share share -", "without the plugin"],
        ["better-share share --all --since 30d", "the backlog"],
      ),
    )
    .action(async (named: string | undefined, options: ShareOptions) => {
      if ((named === undefined) === (options.all === undefined))
        throw usageError("Which session? Name its id, an exported file or -, or else say --all.")
      if (options.since !== undefined && !options.all) throw usageError("--since goes with --all.")
      if (named === "-" && options.password)
        throw usageError("Standard input cannot be both the session and the password.")
      const wish = await wishOf(terminal, options)
      const shared = await withSources(terminal, named, options.since, async (sources) => {
        await requireMany(terminal, sources, options)
        return shareAll(sources, { terminal, wish, options })
      })
      if (options.json) sayJson(terminal, options.all ? shared : shared[0])
      const failed = shared.filter(({ error }) => error)
      if (shared.length === 0 && !options.json) terminal.stdout("There is nothing to share.\n")
      if (failed.length === 0) return
      const [first] = failed
      throw new CliError(
        options.all
          ? `${counted(failed.length, "session")} could not be shared.`
          : (first?.error?.message ?? "Not shared."),
        { code: first?.error?.code ?? "failed" },
      )
    })

/** What is shared can be read by others: many at once are named before. */
async function requireMany(
  terminal: Terminal,
  sources: readonly Source[],
  { all, dryRun, yes }: ShareOptions,
): Promise<void> {
  if (!all || dryRun || sources.length === 0) return
  const titles = sources.map(({ title, sessionID }) => `  ${shortened(title || sessionID)}\n`)
  terminal.stderr(titles.join(""))
  await requireConsent(terminal, { message: `Share ${counted(sources.length, "session")}?`, isSure: yes })
}
