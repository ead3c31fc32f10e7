import { type ApiClient, createApiClient } from "../client/api-client.ts"
import { version } from "../host/version.ts"
import { readServerAddress, type ServerAddress } from "../plugin/server-address.ts"
import { usageError } from "./exit.ts"
import { findConfigFiles, serverOf } from "./opencode/config-files.ts"
import type { Terminal } from "./terminal.ts"

/** A server, and who has named it. */
export interface FoundServer extends ServerAddress {
  /** False where only a project's own file names it: whoever wrote that may be somebody else. */
  isOwn: boolean
}

/** The server that a command is for: as said, or as the environment or OpenCode's configuration has it. */
export async function findServer(terminal: Terminal, said: string | undefined): Promise<FoundServer> {
  const { environment } = terminal
  const variable = filled(environment.BETTER_SHARE_BASE_URL)
  const found =
    said !== undefined
      ? { address: said, named: "--server", isOwn: true }
      : variable !== undefined
        ? { address: variable, named: "BETTER_SHARE_BASE_URL", isOwn: true }
        : await configured(terminal)
  if (found === undefined) throw usageError(NO_SERVER)
  const server = readServerAddress(found.address, found.named)
  if ("fault" in server) throw usageError(`${server.fault}.`)
  const token = filled(environment.BETTER_SHARE_TOKEN)
  if (token !== undefined) requireOwn({ url: server.url, isOwn: found.isOwn }, "BETTER_SHARE_TOKEN")
  return { ...server, token: token ?? server.token, isOwn: found.isOwn }
}

/** Throws where a secret of the environment's would go to a server that only a project's file names. */
export function requireOwn({ url, isOwn }: Pick<FoundServer, "url" | "isOwn">, variable: string): void {
  if (isOwn) return
  throw usageError(
    `Only this project's configuration names ${url}, so ${variable} is not sent there. Say --server ${url}, if it is yours.`,
  )
}

/** What speaks to a server that a link or this machine's keyring names. */
export function apiAt(url: string, terminal: Terminal): ApiClient {
  return apiOf({ url, token: undefined }, terminal)
}

/** What speaks to it. */
export function apiOf({ url, token }: ServerAddress, { fetch, now }: Terminal): ApiClient {
  const headers = { "user-agent": `better-share/${version}` }
  return createApiClient({ baseUrl: url, createToken: () => token, fetch, now, headers })
}

async function configured(
  terminal: Terminal,
): Promise<{ address: string; named: string; isOwn: boolean } | undefined> {
  for (const { path, config, isUsers: isOwn } of await findConfigFiles(terminal)) {
    const address = serverOf(config)
    if (address !== undefined) return { address, named: `the address in ${path}`, isOwn }
  }
  return undefined
}

function filled(value: string | undefined): string | undefined {
  return value?.trim() || undefined
}

const NO_SERVER =
  "Which server? Say it with --server https://share.example.com, set BETTER_SHARE_BASE_URL, or name it in opencode.json (`better-share init` does)."
