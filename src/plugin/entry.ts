import { realpathSync } from "node:fs"
import { homedir, userInfo } from "node:os"
import { fileURLToPath } from "node:url"
import { runCommand } from "./command/command.ts"
import { type Hooks, type PluginInput, type PluginMachine, startPlugin } from "./plugin.ts"

/** Filled in by the build. */
declare const BETTER_SHARE_VERSION: string
/** Filled in by the server that gives the plugin out; in a published one it stays as it is. */
const SERVER_URL = "{{BETTER_SHARE_SERVER_URL}}"

/** OpenCode takes every export of this file for a plugin: there is one. */
export default async function betterShare(input: PluginInput, options?: unknown): Promise<Partial<Hooks>> {
  try {
    return await startPlugin(input, options, { build: buildOf(), machine: thisMachine() })
  } catch (error) {
    console.error(`Better Share did not start: ${String(error)}`)
    return {
      async config(config) {
        config.share = "disabled"
      },
    }
  }
}

if (isProgram()) {
  runCommand(process.argv.slice(2), {
    build: buildOf(),
    machine: thisMachine(),
    fetch: globalThis.fetch,
    stdout: (text) => process.stdout.write(text),
  }).then((code) => {
    process.exitCode = code
  })
}

/** Whether this very file was started. Where OpenCode imports it, another was. */
function isProgram(): boolean {
  const [, started] = process.argv
  try {
    return started !== undefined && realpathSync(started) === realpathSync(fileURLToPath(import.meta.url))
  } catch {
    // What OpenCode was started from lies inside its executable.
    return false
  }
}

function buildOf() {
  return {
    version: BETTER_SHARE_VERSION,
    url: SERVER_URL.startsWith("{{") ? undefined : SERVER_URL,
  }
}

function thisMachine(): PluginMachine {
  return {
    environment: process.env,
    argv: process.argv,
    home: homedir(),
    user: userName(),
    platform: process.platform,
    pid: process.pid,
    stderr: (text) => process.stderr.write(text),
    now: Date.now,
    random: Math.random,
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
