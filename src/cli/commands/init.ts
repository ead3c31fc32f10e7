import { Argument } from "commander"
import { readServerAddress } from "../../plugin/server-address.ts"
import { askChoice, askText } from "../asking.ts"
import type { AddCommand } from "../commands.ts"
import { CliError, usageError } from "../exit.ts"
import { examples, withJson, withServer } from "../program.ts"
import { sayJson } from "../say.ts"
import { type OpenCodeWish, type PluginWish, planOpenCode } from "../setup/opencode-config.ts"
import { writePlanned } from "../setup/planned-write.ts"
import { planServerEnv } from "../setup/server-env.ts"
import type { Terminal } from "../terminal.ts"

interface InitOptions {
  url?: string
  set: string[]
  server?: string
  project?: true
  plugin: boolean
  encrypt?: true
  auto?: true
  yes?: true
  json?: true
}

export const addInit: AddCommand = (program, terminal) =>
  withJson(withServer(program.command("init")))
    .summary("sets up a server, or OpenCode to share to one")
    .description(
      "Asks a few questions, shows what it will write, and writes it: a server's .env in this folder, or OpenCode's configuration.",
    )
    .addArgument(new Argument("[what]", "what is set up").choices(["server", "opencode"]))
    .option("--url <address>", "server: where people reach it")
    .option(
      "--set <NAME=value>",
      "server: a setting; a NAME alone is asked for, or read from standard input",
      (each: string, all: string[]) => [...all, each],
      [],
    )
    .option("--project", "opencode: for this project, and not for all")
    .option("--no-plugin", "opencode: without the plugin, so that nothing is redacted")
    .option("-e, --encrypt", "opencode: shares are end-to-end encrypted")
    .option("--auto", "opencode: every new session is shared")
    .option("-y, --yes", "writes without asking")
    .addHelpText(
      "after",
      examples(
        ["better-share init", "asks"],
        ["better-share init server --url https://share.example.com --yes", ""],
        ["better-share init opencode --server https://share.example.com --encrypt", ""],
      ),
    )
    .action(async (said: "server" | "opencode" | undefined, options: InitOptions) => {
      const what = said ?? (await askWhat(terminal))
      const { url, set, yes, json } = options
      const planned =
        what === "server"
          ? [await planServerEnv(terminal, { url, set })]
          : await planOpenCode(terminal, await wishOf(terminal, options))
      const written = await writePlanned(terminal, planned, yes)
      if (json) return sayJson(terminal, { written })
      if (written.length === 0) return terminal.stdout("Everything is as it should be already.\n")
      terminal.stdout(`${written.map((path) => `Written: ${path}`).join("\n")}\n`)
      terminal.stderr(what === "server" ? NEXT_SERVER : NEXT_OPENCODE)
    })

function askWhat(terminal: Terminal): Promise<"server" | "opencode"> {
  if (!terminal.isInteractive) throw usageError("Set up what? Say server or opencode.")
  return askChoice(terminal, {
    message: "What is to be set up?",
    options: [
      { value: "opencode", label: "OpenCode on this machine", hint: "to share to a server that runs" },
      { value: "server", label: "A server, in this folder" },
    ],
  })
}

async function wishOf(terminal: Terminal, options: InitOptions): Promise<OpenCodeWish> {
  const { environment, isInteractive } = terminal
  const said = options.server ?? environment.BETTER_SHARE_BASE_URL?.trim()
  if (!said && !isInteractive)
    throw usageError("Which server? Say it with --server https://share.example.com.")
  const address = said || (await askText(terminal, { message: "Your server's address", fault: faultOf }))
  const server = readServerAddress(address, "--server")
  if ("fault" in server) throw usageError(`${server.fault}.`)
  const asks = isInteractive && options.server === undefined
  const token =
    environment.BETTER_SHARE_TOKEN?.trim() ||
    server.token ||
    (asks
      ? await askText(terminal, {
          message: "Your token for it, where it asks for one (or Enter)",
          proposed: "",
          fault: (text) => (/[\s/]/.test(text) ? "A token has no spaces and no slashes." : undefined),
        })
      : "") ||
    undefined
  const isEncrypted = options.encrypt ?? (asks && options.plugin && (await askEncrypted(terminal)))
  const project = options.project ?? (asks && (await askProject(terminal)))
  const given = { ...(isEncrypted && { encrypt: true }), ...(options.auto && { share: "auto" }) }
  // Such a file is for all who work on the project.
  if (project && token !== undefined)
    terminal.stderr(
      "The token is left out of this project's configuration: everybody sets their own, in BETTER_SHARE_TOKEN.\n",
    )
  return {
    server: server.url,
    token: project ? undefined : token,
    project,
    plugin: options.plugin ? await download(terminal, server.url, given) : undefined,
  }
}

function faultOf(address: string): string | undefined {
  const server = readServerAddress(address, "It")
  return "fault" in server ? server.fault : undefined
}

async function askEncrypted(terminal: Terminal): Promise<boolean> {
  const answer = await askChoice(terminal, {
    message: "May the server read what you share?",
    options: [
      { value: "yes", label: "Yes", hint: "secrets are redacted before it leaves" },
      { value: "no", label: "No", hint: "end-to-end encrypted: the key is in the link" },
    ],
  })
  return answer === "no"
}

async function askProject(terminal: Terminal): Promise<boolean> {
  const answer = await askChoice(terminal, {
    message: "For which projects?",
    options: [
      { value: "all", label: "For all of yours" },
      { value: "this", label: "For this one", hint: "opencode.json in this folder" },
    ],
  })
  return answer === "this"
}

async function download(
  terminal: Terminal,
  server: string,
  options: PluginWish["options"],
): Promise<PluginWish> {
  let answer: Response
  try {
    answer = await terminal.fetch(`${server}/plugin.js`, { redirect: "manual", signal: terminal.signal })
  } catch (cause) {
    throw new CliError(`${server} does not answer, so the plugin cannot be fetched. Is it running?`, {
      code: "unreachable",
      cause,
    })
  }
  if (answer.status === 401)
    throw new CliError(
      `${server} is locked: fetch the plugin with its user name and password, as docs/plugin.md says.`,
      { code: "unauthorized" },
    )
  const isScript = answer.headers.get("content-type")?.includes("javascript")
  if (!answer.ok || !isScript)
    throw new CliError(
      `${server}/plugin.js answered ${answer.status} with something that is no plugin: a login or challenge page may stand in front of it.`,
      { code: "not_api" },
    )
  return { code: await answer.text(), options }
}

const NEXT_SERVER = "Next: better-share serve. `better-share doctor --here` looks whether all is well.\n"
const NEXT_OPENCODE =
  "Next: start OpenCode anew, and type /share. `better-share doctor` looks whether all is well.\n"
