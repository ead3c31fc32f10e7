import { join } from "node:path"
import { version } from "../../host/version.ts"
import { dataFolder } from "../../plugin/data-folder.ts"
import { openPluginDeps } from "../../plugin/open-deps.ts"
import type { SessionReader } from "../../plugin/opencode/session-reader.ts"
import { readSettings, type Settings } from "../../plugin/settings.ts"
import { createSharing, type Sharing } from "../../plugin/sharing.ts"
import { createNotices } from "../../plugin/telling/notices.ts"
import { usageError } from "../exit.ts"
import { openOwnFolder } from "../held/own-folder.ts"
import type { Terminal } from "../terminal.ts"

export interface SharingWish {
  url: string
  token?: string | undefined
  /** More of the plugin's options, as opencode.json would have them. */
  options?: Readonly<Record<string, unknown>>
  /** Nothing is read where nothing is shared. */
  reader?: SessionReader
  /** The project's folder; empty: no plugin is to look after the share. */
  directory?: string
}

/** What shares from this machine and takes back, as the plugin does. */
export function openSharing(terminal: Terminal, wish: SharingWish): Sharing {
  const { url, token, options = {}, reader = NOTHING, directory = "" } = wish
  const settings: Settings | { fault: string } = readSettings(
    { ...options, url, ...(token !== undefined && { token }) },
    terminal.environment,
    undefined,
  )
  if ("fault" in settings) throw usageError(`${settings.fault[0]?.toUpperCase()}${settings.fault.slice(1)}.`)
  const { keyring } = openOwnFolder(terminal)
  const folder = dataFolder(terminal)
  const deps = openPluginDeps(settings, {
    machine: terminal,
    folder,
    directory,
    userAgent: `better-share/${version}`,
    keyring,
    reader,
    notices: noticesOf(terminal),
    createToken: () => settings.token,
  })
  return createSharing(deps, { making: join(folder, "making") })
}

/** What the plugin's parts tell their user stands on stderr here. */
function noticesOf({ stderr, now }: Terminal) {
  return createNotices({ toast: () => {}, stderr: (line) => stderr(`${line}\n`), log: () => {}, now })
}

const NOTHING: SessionReader = {
  session: async () => undefined,
  descendants: async () => [],
  forgetShare: async () => {},
  hasOlderThan: async () => false,
  async *items() {},
}
