import type { ApiClient } from "../../client/api-client.ts"
import type { Visibility } from "../../protocol/visibility.ts"
import { readPassword } from "../asking.ts"
import { findConfigFiles, pluginOptions } from "../opencode/config-files.ts"
import { findServer } from "../server.ts"
import type { Terminal } from "../terminal.ts"
import type { SharingWish } from "./open-sharing.ts"

export interface ShareOptions {
  server?: string
  json?: true
  dryRun?: true
  all?: true
  since?: string
  yes?: true
  encrypt?: true
  redact?: "replace" | "block" | "off"
  visibility?: Visibility
  password?: true
  expires?: string
}

/** How it is to be shared, and what of that was said on the command line about who may see it. */
export interface ShareWish extends SharingWish {
  access: Parameters<ApiClient["change"]>[1]
}

/** The plugin's options, as opencode.json has them for this server, under what is said here. */
export async function wishOf(terminal: Terminal, options: ShareOptions): Promise<ShareWish> {
  const { encrypt, redact, visibility, expires, dryRun } = options
  const access = {
    ...(visibility && { visibility }),
    ...(options.password && {
      password: await readPassword(terminal, "The share's password, 8 characters or more"),
    }),
    ...(expires && { expires }),
  }
  // What stays here needs no server.
  const server = await findServer(terminal, options.server).catch((error) => {
    if (dryRun) return { url: "http://localhost", token: undefined }
    throw error
  })
  const given = pluginOptions(await findConfigFiles(terminal), server.url)
  return {
    ...server,
    options: {
      ...given,
      share: undefined,
      ...(encrypt && { encrypt }),
      ...(redact && { redact: redact === "off" ? false : redactMode(given.redact, redact) }),
      ...access,
      dryRun: dryRun === true,
    },
    access,
  }
}

/** What is looked for stays as it is configured. */
function redactMode(configured: unknown, mode: "replace" | "block"): object {
  return typeof configured === "object" ? { ...configured, mode } : { mode }
}
