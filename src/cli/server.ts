import { type ApiClient, createApiClient } from "../client/api-client.ts"
import { version } from "../host/version.ts"
import { readServerAddress, type ServerAddress } from "../plugin/server-address.ts"
import { usageError } from "./exit.ts"
import { findConfigFiles, serverOf } from "./opencode/config-files.ts"
import type { Terminal } from "./terminal.ts"

/** The server that a command is for: as said, or as the environment or OpenCode's configuration has it. */
export async function findServer(terminal: Terminal, said: string | undefined): Promise<ServerAddress> {
  const { environment } = terminal
  const token = filled(environment.BETTER_SHARE_TOKEN)
  const variable = filled(environment.BETTER_SHARE_BASE_URL)
  const [address, named] =
    said !== undefined
      ? [said, "--server"]
      : variable !== undefined
        ? [variable, "BETTER_SHARE_BASE_URL"]
        : [await configured(terminal), "the address in OpenCode's configuration"]
  if (address === undefined) throw usageError(NO_SERVER)
  const server = readServerAddress(address, named)
  if ("fault" in server) throw usageError(`${server.fault}.`)
  return { ...server, token: token ?? server.token }
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

async function configured(terminal: Terminal): Promise<string | undefined> {
  for (const { config } of await findConfigFiles(terminal)) {
    const url = serverOf(config)
    if (url !== undefined) return url
  }
  return undefined
}

function filled(value: string | undefined): string | undefined {
  return value?.trim() || undefined
}

const NO_SERVER =
  "Which server? Say it with --server https://share.example.com, set BETTER_SHARE_BASE_URL, or name it in opencode.json (`better-share init` does)."
