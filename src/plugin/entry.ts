import { homedir, userInfo } from "node:os"
import { type Hooks, type PluginInput, startPlugin } from "./plugin.ts"

/** Filled in by the build. */
declare const BETTER_SHARE_VERSION: string
/** Filled in by the server that gives the plugin out; in a published one it stays as it is. */
const SERVER_URL = "{{BETTER_SHARE_SERVER_URL}}"

/** OpenCode takes every export of this file for a plugin: there is one. */
export default async function betterShare(input: PluginInput, options?: unknown): Promise<Partial<Hooks>> {
  try {
    return await startPlugin(input, options, {
      build: {
        version: BETTER_SHARE_VERSION,
        url: SERVER_URL.startsWith("{{") ? undefined : SERVER_URL,
      },
      machine: {
        environment: process.env,
        argv: process.argv,
        home: homedir(),
        user: userName(),
        platform: process.platform,
        pid: process.pid,
        stderr: (text) => process.stderr.write(text),
        now: Date.now,
        random: Math.random,
      },
    })
  } catch (error) {
    console.error(`Better Share did not start: ${String(error)}`)
    return {
      async config(config) {
        config.share = "disabled"
      },
    }
  }
}

/** Some containers run as a user without a name. */
function userName(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}
