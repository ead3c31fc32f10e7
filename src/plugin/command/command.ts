import { createApiClient } from "../../client/api-client.ts"
import { CallError } from "../../client/call-error.ts"
import { listAllOwned } from "../../client/list-owned.ts"
import { onOneLine, printedJson } from "../../client/printed.ts"
import { writeList } from "../../client/written-list.ts"
import { dataFolder, faultOfFolder } from "../data-folder.ts"
import type { PluginBuild, PluginMachine } from "../plugin.ts"
import { readServerAddress } from "../server-address.ts"
import { filled } from "../settings.ts"
import { readHoldings } from "../shares/holdings.ts"
import { readArguments, USAGE } from "./arguments.ts"

export interface CommandSurroundings {
  machine: Pick<PluginMachine, "environment" | "home" | "now" | "stderr">
  build: PluginBuild
  fetch: typeof globalThis.fetch
  stdout(text: string): void
}

const EXIT = { done: 0, failed: 1, usage: 2 } as const

/**
 * What the plugin's file does when it is started as a program: it leads its owner to their shares. Resolves to the exit
 * code. Contract: must not reject.
 * @param args without the runtime and the file
 */
export async function runCommand(
  args: readonly string[],
  { machine, build, fetch, stdout }: CommandSurroundings,
): Promise<number> {
  const { environment, now } = machine
  const end = (code: number, sentence: string) => {
    machine.stderr(`${onOneLine(sentence)}\n`)
    return code
  }
  const wish = readArguments(args)
  if ("wrong" in wish) return end(EXIT.usage, `${wish.wrong} --help says more.`)
  if (wish.asked === "help") {
    stdout(USAGE)
    return EXIT.done
  }
  const address = wish.server ?? filled(environment.BETTER_SHARE_BASE_URL) ?? build.url
  if (address === undefined) return end(EXIT.usage, NO_SERVER)
  const given = wish.server === undefined ? "the server's address" : "--server:"
  const server = readServerAddress(address, given)
  if ("fault" in server) return end(EXIT.usage, `${server.fault}.`)
  const { url } = server
  try {
    const fault = faultOfFolder(environment)
    if (fault !== undefined) return end(EXIT.failed, `${fault}.`)
    const holdings = await readHoldings({ folder: dataFolder(machine), server: url, now })
    if (!holdings) return end(EXIT.failed, `This machine has shared nothing to ${url} yet.`)
    const headers = { "user-agent": `better-share-plugin/${build.version}` }
    const api = createApiClient({ baseUrl: url, createToken: () => undefined, fetch, now, headers })
    if (wish.asked === "entry") {
      const entry = await api.enterAsOwner(holdings.prove("enter"))
      stdout(`${onOneLine(entry.url)}\n${ENTRY}\n`)
    } else {
      const owned = await listAllOwned(api, () => holdings.prove("list"))
      const shares = owned.map((share) => ({ ...share, url: holdings.linkOf(share.id) ?? share.url }))
      stdout(wish.json ? printedJson(shares) : writeList(shares) || `You share nothing on ${url}.\n`)
    }
    return EXIT.done
  } catch (error) {
    return end(EXIT.failed, describe(error, url))
  }
}

const NO_SERVER =
  "No server is set: give it as --server https://share.example.com, or as BETTER_SHARE_BASE_URL."

const ENTRY = "It opens the page of your shares, in one browser, once, within ten minutes."

/** One sentence, with what can be done about it. */
function describe(error: unknown, url: string): string {
  if (!(error instanceof CallError)) return error instanceof Error ? error.message : String(error)
  const { code, message } = error
  if (code === "unauthorized")
    return `${url} is locked, and did not let this program in without its user name and password: sign in at ${url}/shares with a share's link and secret.`
  if (code === "not_found") return `${url} has no share that this machine holds.`
  return message
}
