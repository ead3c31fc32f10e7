import { spawn } from "node:child_process"
import { onOneLine } from "../../client/printed.ts"
import { isSameServer } from "../../plugin/server-address.ts"
import { readHoldings } from "../../plugin/shares/holdings.ts"
import type { AddCommand } from "../commands.ts"
import { CliError } from "../exit.ts"
import { type FoundShare, findShare } from "../held/find-share.ts"
import { openOwnFolder } from "../held/own-folder.ts"
import { examples, withJson, withServer } from "../program.ts"
import { sayJson } from "../say.ts"
import { apiOf, findServer } from "../server.ts"
import type { Terminal } from "../terminal.ts"
import { linkOf } from "./show.ts"

interface OpenOptions {
  server?: string
  print?: true
  json?: true
}

export const addOpen: AddCommand = (program, terminal) =>
  withJson(withServer(program.command("open [share]")))
    .summary("opens a share, or the page of yours, in a browser")
    .description(
      "Opens a share in a browser, or the page of all that you share. The link to that page lets one browser in, once, within ten minutes.",
    )
    .option("-p, --print", "prints the link, and opens nothing")
    .addHelpText(
      "after",
      examples(["better-share open", "all that you share"], ["better-share open ses_…", "one of them"]),
    )
    .action(async (named: string | undefined, { server, print, json }: OpenOptions) => {
      const url =
        named === undefined
          ? await entryLink(terminal, server)
          : linkOf(requireThere(await findShare(terminal, named, server)))
      if (json) return sayJson(terminal, { url })
      if (!print && terminal.isInteractive && (await openInBrowser(url, terminal))) {
        // It may hold a key, and so stands in no scrollback that nobody asked for.
        terminal.stderr("Opened in your browser.\n")
      } else terminal.stdout(`${onOneLine(url)}\n`)
    })

function requireThere(found: FoundShare): FoundShare {
  if (found.entry?.state !== "removed") return found
  throw new CliError(`The share ${found.shareID} has been removed.`, { code: "gone" })
}

async function entryLink(terminal: Terminal, said: string | undefined): Promise<string> {
  const server = await findServer(terminal, said)
  const { folder } = openOwnFolder(terminal)
  const holdings = await readHoldings({ folder, server: server.url, now: terminal.now })
  if (!holdings)
    throw new CliError(`This machine has shared nothing to ${server.url} yet.`, { code: "not_held" })
  const { url } = await apiOf(server, terminal).enterAsOwner(holdings.prove("enter"))
  // It is handed to the system, which starts what it leads to.
  if (isSameServer(url, server.url)) return url
  throw new CliError(`${server.url} answered with a link that is not its own.`, { code: "not_api" })
}

const OPENERS: Partial<Record<string, readonly string[]>> = {
  darwin: ["open"],
  win32: ["rundll32", "url.dll,FileProtocolHandler"],
}

/** False where there is no browser to open, as on a server. */
function openInBrowser(url: string, { platform, environment }: Terminal): Promise<boolean> {
  const [program = "", ...args] = OPENERS[platform] ?? ["xdg-open"]
  if (platform === "linux" && !environment.DISPLAY && !environment.WAYLAND_DISPLAY)
    return Promise.resolve(false)
  return new Promise((resolve) => {
    const opener = spawn(program, [...args, url], { stdio: "ignore", detached: true })
    opener.once("error", () => resolve(false))
    opener.once("spawn", () => {
      opener.unref()
      resolve(true)
    })
  })
}
