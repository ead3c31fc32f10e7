import type { Command } from "commander"
import { type AdminClient, createAdminClient } from "../client/admin-client.ts"
import { version } from "../host/version.ts"
import { askSecret } from "./asking.ts"
import { usageError } from "./exit.ts"
import { withJson, withServer } from "./program.ts"
import { findServer, requireOwn } from "./server.ts"
import type { Terminal } from "./terminal.ts"

/** A command of the operator's. */
export function operatorCommand(parent: Command, name: string): Command {
  return withJson(withServer(parent.command(name)))
}

/** The operator's API, for whoever has the admin token: in BETTER_SHARE_ADMIN_TOKEN, or asked for. */
export async function openAdmin(terminal: Terminal, said: string | undefined): Promise<AdminClient> {
  const { environment, fetch, now } = terminal
  const server = await findServer(terminal, said)
  requireOwn(server, "the admin token")
  const { url } = server
  const token = environment.BETTER_SHARE_ADMIN_TOKEN?.trim() || (await askForToken(terminal))
  return createAdminClient({
    baseUrl: url,
    token,
    fetch,
    now,
    headers: { "user-agent": `better-share/${version}` },
  })
}

async function askForToken(terminal: Terminal): Promise<string> {
  if (terminal.isInteractive) return (await askSecret(terminal, "The admin token")).trim()
  throw usageError(
    "This takes the admin token: set BETTER_SHARE_ADMIN_TOKEN. It was printed at the server's first start; `better-share admin-token`, where the server runs, makes another.",
  )
}
