import { parseArgs } from "node:util"

/** What is asked for. `wrong` is one sentence. */
export type Arguments =
  | { asked: "help" }
  | { asked: "entry" | "list"; json: boolean; server?: string }
  | Wrong
interface Wrong {
  wrong: string
}

export const USAGE = `Usage: node .opencode/plugin/better-share.js shares [--list [--json]] [--server <url>]

  shares          prints a link that opens the page of your shares in one browser, once, within ten minutes
  --list          prints the shares instead: title, link, who may see it, views, until when
  --json          the same as JSON
  --server <url>  asks this server. Otherwise BETTER_SHARE_BASE_URL, or the one that this file came from
  --help          prints this
`

const OPTIONS = {
  list: { type: "boolean" },
  json: { type: "boolean" },
  server: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const

/** @param args without the runtime and the file */
export function readArguments(args: readonly string[]): Arguments {
  const given = parse(args)
  if ("wrong" in given) return given
  const { values, positionals } = given
  const { list = false, json = false, help, server } = values
  if (help) return { asked: "help" }
  const [command, ...more] = positionals
  if (command === undefined) return { wrong: "It needs a command: shares." }
  if (command !== "shares") return { wrong: `There is no command ${JSON.stringify(command)}, only shares.` }
  if (more.length > 0)
    return { wrong: `There is nothing more to say than shares: ${JSON.stringify(more[0])}.` }
  if (json && !list) return { wrong: "--json goes with --list." }
  return { asked: list ? "list" : "entry", json, ...(server !== undefined && { server }) }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    // What follows the first sentence is about programs in general.
    const [first = ""] = String(error instanceof Error ? error.message : error).split(/\.(?:\s|$)/)
    return { wrong: `${first}.` }
  }
}
