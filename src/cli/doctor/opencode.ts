import { execFile } from "node:child_process"
import { access } from "node:fs/promises"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { promisify } from "node:util"
import { judgeVersion, OPENCODE_VERSIONS } from "../../plugin/opencode/opencode-version.ts"
import { readServerAddress } from "../../plugin/server-address.ts"
import { readSettings } from "../../plugin/settings.ts"
import {
  type ConfigFile,
  findConfigFiles,
  pluginEntryOf,
  userConfigFolder,
} from "../opencode/config-files.ts"
import { openCodeProgram } from "../opencode/open-code.ts"
import type { Terminal } from "../terminal.ts"
import type { Finding } from "./finding.ts"

const run = promisify(execFile)

/** OpenCode on this machine, as it is started in this folder: its version, its configuration, the plugin. */
export async function* examineOpenCode(
  terminal: Terminal,
  server: string | undefined,
): AsyncGenerator<Finding> {
  yield await examineVersion(terminal)
  const files = await findConfigFiles(terminal)
  for (const file of files) {
    const finding = examineFile(file)
    if (finding) yield finding
  }
  yield examineAddress(files, server)
  yield await examinePlugin(terminal, files)
}

async function examineVersion(terminal: Terminal): Promise<Finding> {
  const name = "opencode"
  const program = openCodeProgram(terminal)
  try {
    const { stdout } = await run(program, ["--version"], {
      env: { ...terminal.environment },
      timeout: 20_000,
    })
    const version = stdout.trim().split("\n").at(-1) ?? ""
    if (judgeVersion(version) === "too_old")
      return {
        name,
        state: "wrong",
        says: `OpenCode is ${version}; the plugin needs ${OPENCODE_VERSIONS.oldest} or newer.`,
        mend: "opencode upgrade",
      }
    if (judgeVersion(version) === "untried")
      return {
        name,
        state: "note",
        says: `OpenCode ${version} is newer than what the plugin was tried with (${OPENCODE_VERSIONS.newest}).`,
      }
    return { name, state: "well", says: `OpenCode ${version}.` }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT")
      return { name, state: "skipped", says: "There is no opencode on the PATH." }
    return {
      name,
      state: "wrong",
      says: `\`${program} --version\` fails: ${(error as Error).message.split("\n")[0]}.`,
    }
  }
}

function examineFile({ path, config, fault }: ConfigFile): Finding | undefined {
  const name = "opencode.json"
  if (fault !== undefined)
    return {
      name,
      state: "wrong",
      says: `${path} cannot be read: ${fault}.`,
      mend: "OpenCode does not start with it: mend it.",
    }
  if (typeof config?.share === "object" && config.share !== null)
    return {
      name,
      state: "wrong",
      says: `${path} has an object for "share": OpenCode does not start with that.`,
      mend: 'Write "share": "manual" or "auto"; the server\'s address stands in "enterprise", or in the plugin\'s options.',
    }
  if (config?.share === "disabled")
    return {
      name,
      state: "note",
      says: `${path} has "share": "disabled": nothing can be shared.`,
      mend: 'Write "manual" or "auto".',
    }
  return undefined
}

function examineAddress(files: readonly ConfigFile[], server: string | undefined): Finding {
  const name = "address"
  const found = files.find(({ config }) => config?.enterprise?.url !== undefined)
  const mend = "`better-share init opencode` writes it."
  if (!found)
    return {
      name,
      state: "wrong",
      says: 'No configuration names "enterprise.url": where the plugin is missing or broken, OpenCode shares to its hosted service.',
      mend,
    }
  const address = readServerAddress(found.config?.enterprise?.url ?? "", '"enterprise.url"')
  if ("fault" in address) return { name, state: "wrong", says: `In ${found.path} ${address.fault}.`, mend }
  if (server !== undefined && address.url !== server)
    return {
      name,
      state: "note",
      says: `${found.path} names ${address.url}, and this looks at ${server}.`,
      mend,
    }
  return { name, state: "well", says: `${found.path} names ${address.url}.` }
}

async function examinePlugin(terminal: Terminal, files: readonly ConfigFile[]): Promise<Finding> {
  const name = "plugin"
  const found = files.flatMap(({ path, config }) => {
    const entry = pluginEntryOf(config)
    return entry ? [{ path, ...entry }] : []
  })
  if (found.filter(({ options }) => options !== undefined).length > 1)
    return {
      name,
      state: "wrong",
      says: "The plugin is named twice, both times with options: sharing is off.",
      mend: "Keep one of them.",
    }
  const folders = [join(terminal.cwd, ".opencode"), userConfigFolder(terminal)]
  const dropped = (
    await Promise.all(folders.map((folder) => isThere(join(folder, "plugin/better-share.js"))))
  ).some(Boolean)
  const [entry] = found
  if (!entry && !dropped)
    return {
      name,
      state: "note",
      says: "There is no plugin: OpenCode shares as it is, and nothing is redacted.",
      mend: "`better-share init opencode` fetches it.",
    }
  if (!entry) return { name, state: "well", says: "It is there." }
  if (entry.specifier.startsWith("file://") && !(await isThere(fileURLToPath(entry.specifier))))
    return {
      name,
      state: "wrong",
      says: `${entry.path} names ${entry.specifier}, and there is no such file.`,
      mend: "`better-share init opencode` fetches it.",
    }
  // The server that a downloaded plugin came from stands in its file.
  const settings = readSettings(entry.options, terminal.environment, "http://localhost")
  if ("fault" in settings)
    return {
      name,
      state: "wrong",
      says: `Sharing is off: ${settings.fault}.`,
      mend: `Correct it in ${entry.path}.`,
    }
  return { name, state: "well", says: `It is named in ${entry.path}, and its options are right.` }
}

function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  )
}
