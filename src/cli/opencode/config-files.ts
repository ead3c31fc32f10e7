import { readFile } from "node:fs/promises"
import { dirname, join } from "node:path"
import { type ParseError, parse } from "jsonc-parser"
import * as z from "zod/mini"
import { isSameServer, readServerAddress } from "../../plugin/server-address.ts"
import type { Terminal } from "../terminal.ts"

/** A configuration of OpenCode, as far as it is looked at here. */
export interface ConfigFile {
  path: string
  /** What it says; undefined when it is no object. */
  config: OpenCodeConfig | undefined
  /** Why it says nothing. */
  fault?: string
  /** The user's own, and not one that came with a project. */
  isUsers: boolean
}

const configSchema = z.looseObject({
  share: z.optional(z.unknown()),
  enterprise: z.optional(z.looseObject({ url: z.optional(z.string()) })),
  plugin: z.optional(z.array(z.unknown())),
})
export type OpenCodeConfig = z.infer<typeof configSchema>

const NAMES = ["opencode.jsonc", "opencode.json"]

/** Where the user's own configuration is. */
export function userConfigFolder({ environment, home }: Pick<Terminal, "environment" | "home">): string {
  return join(environment.XDG_CONFIG_HOME || join(home, ".config"), "opencode")
}

/** All that OpenCode would read when it is started in this folder, what counts more before what counts less. */
export async function findConfigFiles(
  terminal: Pick<Terminal, "environment" | "home" | "cwd">,
): Promise<ConfigFile[]> {
  const folders: string[] = []
  for (let folder = terminal.cwd; ; folder = dirname(folder)) {
    folders.push(join(folder, ".opencode"), folder)
    if (dirname(folder) === folder) break
  }
  const own = terminal.environment.OPENCODE_CONFIG
  const users = userConfigFolder(terminal)
  const paths = [...folders, users].flatMap((folder) => NAMES.map((name) => join(folder, name)))
  const isUsers = (path: string) => path === own || path.startsWith(join(users, "/"))
  const files = await Promise.all(
    [...(own ? [own] : []), ...paths].map(async (path) => {
      const file = await readConfigFile(path)
      return file && { ...file, isUsers: isUsers(path) }
    }),
  )
  return files.filter((file) => file !== undefined)
}

/** Undefined where there is none. OpenCode's configuration may have comments, and commas behind the last. */
async function readConfigFile(path: string): Promise<Omit<ConfigFile, "isUsers"> | undefined> {
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT" || error.code === "ENOTDIR") return undefined
    throw error
  })
  if (text === undefined) return undefined
  const errors: ParseError[] = []
  const value: unknown = parse(text, errors, { allowTrailingComma: true })
  const [error] = errors
  if (error)
    return {
      path,
      config: undefined,
      fault: `line ${text.slice(0, error.offset).split("\n").length} is no JSON`,
    }
  const parsed = configSchema.safeParse(value)
  if (parsed.success) return { path, config: parsed.data }
  const [issue] = parsed.error.issues
  return {
    path,
    config: undefined,
    fault: `${issue?.path.join(".") || "the whole"}: ${issue?.message}`,
  }
}

/** The server that a configuration names: the plugin's, or else OpenCode's own. */
export function serverOf(config: OpenCodeConfig | undefined): string | undefined {
  const { url } = pluginEntryOf(config)?.options ?? {}
  return typeof url === "string" ? url : config?.enterprise?.url
}

/** The options that the plugin is given for this server, without its address. */
export function pluginOptions(files: readonly ConfigFile[], server: string): Record<string, unknown> {
  const usual = files.find(({ config }) => config?.enterprise?.url !== undefined)?.config?.enterprise?.url
  for (const { config } of files) {
    const entry = pluginEntryOf(config)
    if (!entry) continue
    const { url, ...options } = entry.options ?? {}
    // A downloaded plugin knows its server by itself; beside it the same one is named for OpenCode.
    const named = typeof url === "string" ? url : (config?.enterprise?.url ?? usual)
    const address = named === undefined ? undefined : readServerAddress(named, "")
    if (address && !("fault" in address) && isSameServer(address.url, server)) return options
  }
  return {}
}

/** How a configuration names the plugin. */
export function pluginEntryOf(
  config: OpenCodeConfig | undefined,
): { specifier: string; options: Record<string, unknown> | undefined } | undefined {
  for (const entry of config?.plugin ?? []) {
    const [specifier, options] = Array.isArray(entry) ? entry : [entry]
    if (typeof specifier === "string" && specifier.includes("better-share"))
      return { specifier, options: options as Record<string, unknown> | undefined }
  }
  return undefined
}
