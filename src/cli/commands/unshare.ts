import { inMinutes, onOneLine } from "../../client/printed.ts"
import { isSameServer } from "../../plugin/server-address.ts"
import { readSpan } from "../../protocol/expiry.ts"
import type { Receipt } from "../../protocol/routes.ts"
import { requireConsent } from "../asking.ts"
import type { AddCommand } from "../commands.ts"
import { CliError, EXIT, usageError } from "../exit.ts"
import { describeFailure } from "../failure.ts"
import { accessTo, type FoundShare, findShares, ofEntry } from "../held/find-share.ts"
import { openOwnFolder } from "../held/own-folder.ts"
import { examples, withJson, withServer } from "../program.ts"
import { counted, sayJson } from "../say.ts"
import { apiAt } from "../server.ts"
import { openSharing } from "../sharing/open-sharing.ts"
import type { Terminal } from "../terminal.ts"

interface UnshareOptions {
  all?: true
  olderThan?: string
  yes?: true
  json?: true
  server?: string
}

/** What became of one. */
interface Removal {
  id: string
  title?: string
  receipt?: Receipt
  error?: { code: string; message: string | undefined }
}

export const addUnshare: AddCommand = (program, terminal) =>
  withJson(withServer(program.command("unshare [share...]")))
    .summary("removes shares, and everything that is stored of them")
    .description(
      "Removes shares: their links are gone, and what was stored of them is deleted. The session itself stays in OpenCode.",
    )
    .option("--all", "everything that was shared from this machine")
    .option("--older-than <span>", "of that, what was shared longer ago than, say, 30d")
    .option("-y, --yes", "does not ask")
    .addHelpText(
      "after",
      examples(
        ["better-share unshare ses_…", "one, by its session, its id or its link"],
        ["better-share unshare --older-than 30d", "asks first"],
      ),
    )
    .action(async (named: string[], options: UnshareOptions) => {
      const chosen = await choose(terminal, named, options)
      const removals: Removal[] = []
      for (const share of chosen) {
        if (terminal.signal.aborted) break
        const removal = await removeOne(terminal, share)
        removals.push(removal)
        if (!options.json) say(terminal, removal)
      }
      if (options.json) sayJson(terminal, removals)
      else if (chosen.length === 0) terminal.stdout("There is nothing to remove.\n")
      const failed = removals.filter(({ error }) => error).length
      if (failed > 0)
        throw new CliError(`${counted(failed, "share")} could not be removed yet.`, {
          exit: EXIT.failed,
          code: "failed",
        })
    })

async function choose(
  terminal: Terminal,
  named: readonly string[],
  { all, olderThan, yes, server }: UnshareOptions,
): Promise<FoundShare[]> {
  const isMany = all === true || olderThan !== undefined
  if (isMany === named.length > 0)
    throw usageError("Say which: by links, ids or sessions, or else --all or --older-than.")
  if (!isMany) {
    // All of them are found before the first is removed.
    const found: FoundShare[] = []
    for (const each of named) found.push(...(await findShares(terminal, each, server)))
    for (const each of found) accessTo(each)
    return found
  }
  const span = olderThan === undefined ? 0 : readSpan(olderThan)
  if (span === undefined)
    throw usageError(
      `--older-than takes a time such as 12h, 30d or 8w, and not ${JSON.stringify(olderThan)}.`,
    )
  const { keyring } = openOwnFolder(terminal)
  const entries = (await keyring.all())
    .filter(({ state }) => state !== "removed")
    .filter((entry) => server === undefined || isSameServer(entry.server, server))
    .filter(({ createdAt }) => createdAt <= terminal.now() - span)
    .sort((a, b) => a.createdAt - b.createdAt)
  if (entries.length > 0) {
    const where = [...new Set(entries.map((entry) => entry.server))].join(", ")
    await requireConsent(terminal, {
      message: `Remove ${counted(entries.length, "share")} on ${where}?`,
      isSure: yes,
    })
  }
  return entries.map(ofEntry)
}

async function removeOne(terminal: Terminal, share: FoundShare): Promise<Removal> {
  const { shareID: id, entry, server } = share
  try {
    const receipt = entry
      ? await openSharing(terminal, { url: entry.server }).remove(entry)
      : (await apiAt(server, terminal).remove(accessTo(share))).receipt
    return { id, ...(receipt && { receipt }) }
  } catch (error) {
    const { code, message } = describeFailure(error, terminal.signal.aborted)
    return { id, error: { code, message } }
  }
}

function say({ stdout, stderr }: Terminal, { id, receipt, error }: Removal): void {
  if (error) {
    stderr(`${id}: ${onOneLine(error.message ?? error.code)}\n`)
    return
  }
  if (!receipt) {
    stdout(`${id} is gone.\n`)
    return
  }
  const { objects, bytes, final, finalFrom } = receipt
  const until =
    final || finalFrom === undefined
      ? ""
      : ` An upload that was permitted before may still come until ${inMinutes(finalFrom)}; it is deleted too.`
  stdout(
    `${id} is gone: ${counted(objects, "object")} with ${bytes.toLocaleString("en")} bytes deleted.${until}\n`,
  )
}
