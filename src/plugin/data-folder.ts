import { join } from "node:path"
import type { PluginMachine } from "./plugin.ts"

type Home = Pick<PluginMachine, "environment" | "home">

/** Where programs keep what belongs to a user (XDG Base Directory; on Windows, as OpenCode, the same place). */
export function openCodeData({ environment, home }: Home): string {
  return environment.XDG_DATA_HOME || join(home, ".local", "share")
}

/** Where the plugin keeps all that it keeps. */
export function dataFolder(machine: Home): string {
  return machine.environment.BETTER_SHARE_DIR || join(openCodeData(machine), "better-share")
}

/** Secrets must not come to lie in whatever project OpenCode is started in. */
export function faultOfFolder({ BETTER_SHARE_DIR: folder }: Home["environment"]): string | undefined {
  if (!folder || /^(\/|[A-Za-z]:[\\/])/.test(folder)) return undefined
  return `BETTER_SHARE_DIR must be a whole path, and not ${JSON.stringify(folder)}`
}
