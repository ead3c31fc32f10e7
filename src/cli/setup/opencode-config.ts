import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { applyEdits, type JSONPath, modify, type ParseError, parse } from "jsonc-parser"
import { readServerAddress } from "../../plugin/server-address.ts"
import { CliError } from "../exit.ts"
import { userConfigFolder } from "../opencode/config-files.ts"
import type { Terminal } from "../terminal.ts"
import { contentOf, type PlannedWrite } from "./planned-write.ts"

export interface OpenCodeWish {
  /** Without a slash at the end. */
  server: string
  token: string | undefined
  /** Undefined: OpenCode shares by itself, and nothing is redacted. */
  plugin: PluginWish | undefined
  /** This project's configuration, and not the user's. */
  project: boolean
}

export interface PluginWish {
  code: string
  options: Readonly<Record<string, unknown>>
}

/** What OpenCode and its plugin are to read. Throws a sentence. */
export async function planOpenCode(terminal: Terminal, wish: OpenCodeWish): Promise<PlannedWrite[]> {
  const folder = wish.project ? terminal.cwd : userConfigFolder(terminal)
  const { path, before } = await findConfig(folder)
  const isPrivate = wish.token !== undefined
  if (wish.plugin === undefined)
    return [{ path, before, isPrivate, content: configured(before, wish, undefined) }]
  // What was configured before holds on, unless it is said otherwise.
  const plugin = { ...wish.plugin, options: { ...optionsIn(before), ...wish.plugin.options } }
  const hasOptions = Object.keys(plugin.options).length > 0
  const file = hasOptions
    ? join(userConfigFolder(terminal), "..", "better-share", "plugin.js")
    : join(folder, wish.project ? ".opencode" : "", "plugin", "better-share.js")
  const code = {
    path: file,
    content: plugin.code,
    before: await contentOf(file),
    summary: `the plugin, from ${wish.server}`,
  }
  const content = configured(before, { ...wish, plugin }, hasOptions ? file : undefined)
  return [code, { path, before, isPrivate, content }]
}

function optionsIn(text: string | undefined): Readonly<Record<string, unknown>> {
  const { plugin } = Object(parse(text ?? "{}", [], { allowTrailingComma: true })) as { plugin?: unknown }
  const entry = (Array.isArray(plugin) ? plugin : []).find(isOurs)
  return Array.isArray(entry) ? Object(entry[1]) : {}
}

async function findConfig(folder: string): Promise<{ path: string; before: string | undefined }> {
  for (const name of ["opencode.jsonc", "opencode.json"]) {
    const path = join(folder, name)
    const before = await contentOf(path)
    if (before !== undefined) return { path, before }
  }
  return { path: join(folder, "opencode.json"), before: undefined }
}

const FORMAT = { formattingOptions: { insertSpaces: true, tabSize: 2 } }

/** The configuration with the server in it; comments and all else stay as they are. */
function configured(
  before: string | undefined,
  { server, token, plugin }: OpenCodeWish,
  file: string | undefined,
): string {
  let text = before?.trim() ? before : '{\n  "$schema": "https://opencode.ai/config.json"\n}\n'
  const errors: ParseError[] = []
  const config: unknown = parse(text, errors, { allowTrailingComma: true })
  if (errors.length > 0 || typeof config !== "object" || config === null || Array.isArray(config)) {
    const line = text.slice(0, errors[0]?.offset ?? 0).split("\n").length
    throw new CliError(`OpenCode's configuration is no JSON (line ${line}): mend it first.`, {
      code: "unreadable",
    })
  }
  const set = (path: JSONPath, value: unknown) => {
    text = applyEdits(text, modify(text, path, value, FORMAT))
  }
  const { share, plugin: plugins } = config as { share?: unknown; plugin?: unknown }
  // Always: a plugin that is missing or broken then means this server, and never the hosted one.
  const { enterprise } = config as { enterprise?: { url?: unknown } }
  if (token !== undefined) set(["enterprise", "url"], `${server}/t/${token}`)
  else if (!namesServer(enterprise?.url, server)) set(["enterprise", "url"], server)
  // OpenCode does not start with an object here.
  if (typeof share === "object") set(["share"], undefined)
  const named: unknown[] = Array.isArray(plugins) ? plugins : []
  const others = named.filter((each) => !isOurs(each))
  if (file !== undefined) set(["plugin"], [...others, [pathToFileURL(file).href, plugin?.options ?? {}]])
  // What was configured before would count for more than the file without options.
  else if (others.length < named.length) set(["plugin"], others.length > 0 ? others : undefined)
  return text.endsWith("\n") ? text : `${text}\n`
}

/** Perhaps with a token in it, which stays. */
function namesServer(url: unknown, server: string): boolean {
  const address = typeof url === "string" ? readServerAddress(url, "") : undefined
  return address !== undefined && !("fault" in address) && address.url === server
}

function isOurs(entry: unknown): boolean {
  const name = Array.isArray(entry) ? entry[0] : entry
  return typeof name === "string" && name.includes("better-share")
}
