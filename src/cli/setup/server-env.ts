import { randomBytes } from "node:crypto"
import { join } from "node:path"
import { parseEnv } from "node:util"
import { ConfigError, readConfig, VARIABLES } from "../../host/config.ts"
import { readServerAddress } from "../../plugin/server-address.ts"
import { isLoopback } from "../../protocol/loopback.ts"
import { askChoice, askSecret, askText, readPassword } from "../asking.ts"
import { usageError } from "../exit.ts"
import type { Terminal } from "../terminal.ts"
import { contentOf, type PlannedWrite } from "./planned-write.ts"

export interface ServerWish {
  url?: string | undefined
  /** `NAME=value`, as they would stand in the file. */
  set: readonly string[]
}

/** The server's settings in this folder's .env, with what was said or asked for in it. Throws a sentence. */
export async function planServerEnv(terminal: Terminal, wish: ServerWish): Promise<PlannedWrite> {
  const path = join(terminal.cwd, ".env")
  const before = await contentOf(path)
  const known = before === undefined ? {} : parseEnv(before)
  const given: Record<string, string> = {}
  for (const each of wish.set) {
    const [name, value] = await readPair(terminal, each)
    given[name] = value
  }
  const url = wish.url ?? given.BASE_URL ?? known.BASE_URL ?? (await askUrl(terminal))
  const settings: Record<string, string> = { ...addressSettings(url, known), ...given }
  if (terminal.isInteractive && wish.set.length === 0)
    Object.assign(settings, await askMore(terminal, settings))
  const content = merged(before ?? "", settings)
  try {
    readConfig(parseEnv(content))
  } catch (error) {
    if (error instanceof ConfigError) throw usageError(error.faults.join("\n"))
    throw error
  }
  return { path, before, content, isPrivate: true }
}

async function readPair(terminal: Terminal, text: string): Promise<[string, string]> {
  const [, name = "", value] = /^([A-Z][A-Z0-9_]*)(?:=(.*))?$/s.exec(text) ?? []
  if (!Object.hasOwn(VARIABLES, name))
    throw usageError(
      `--set takes NAME=value, or a NAME alone, of a setting, and not ${JSON.stringify(name || text.split("=")[0])}. .env.example has them all.`,
    )
  // Among a command's arguments others could see a secret.
  const given = value ?? (await readPassword(terminal, name))
  if (/[\r\n]/.test(given)) throw usageError(`${name} cannot have a line end in it.`)
  return [name, given]
}

/** What an address asks for: on one that others reach, creating takes a token. */
function addressSettings(
  url: string,
  known: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const fault = faultOfUrl(url)
  if (fault !== undefined) throw usageError(fault)
  const { hostname, port, origin, protocol } = new URL(url)
  const isLocal = isLoopback(hostname)
  if (isLocal && protocol === "http:") return port === "" || port === "3000" ? {} : { PORT: port }
  // TLS is a proxy's, and where nothing else is known, of one on this machine.
  const host = known.HOST ?? (protocol === "https:" ? "127.0.0.1" : "0.0.0.0")
  return {
    BASE_URL: origin,
    HOST: host,
    ...(protocol === "https:" &&
      isLoopback(host) &&
      !known.TRUSTED_PROXIES && { TRUSTED_PROXIES: "loopback" }),
    ...(!isLocal && !known.CREATE_TOKENS && { CREATE_TOKENS: randomBytes(24).toString("hex") }),
  }
}

function faultOfUrl(url: string): string | undefined {
  const address = readServerAddress(url, "the address")
  return "fault" in address ? `${address.fault[0]?.toUpperCase()}${address.fault.slice(1)}.` : undefined
}

function askUrl(terminal: Terminal): Promise<string> {
  if (!terminal.isInteractive)
    throw usageError("Where will people reach the server? Say it with --url https://share.example.com.")
  return askText(terminal, {
    message: "Where will people reach the server?",
    proposed: "http://127.0.0.1:3000",
    fault: faultOfUrl,
  })
}

async function askMore(
  terminal: Terminal,
  { BASE_URL }: Readonly<Record<string, string>>,
): Promise<Record<string, string>> {
  const asked: Record<string, string> = {}
  if (BASE_URL !== undefined) {
    const proxy = await askChoice(terminal, {
      message: "What stands in front of it, with TLS?",
      options: [
        { value: "loopback", label: "A proxy on this machine", hint: "nginx, Caddy" },
        { value: "else", label: "A proxy on another machine", hint: "its address goes into TRUSTED_PROXIES" },
        { value: "none", label: "Nothing" },
      ],
    })
    if (proxy === "loopback") asked.TRUSTED_PROXIES = "loopback"
    if (proxy !== "loopback") asked.HOST = "0.0.0.0"
    if (proxy === "else")
      asked.TRUSTED_PROXIES = await askText(terminal, {
        message: "Its address, or a network such as 10.0.0.0/8",
      })
  }
  const storage = await askChoice(terminal, {
    message: "Where is everything kept?",
    options: [
      { value: "folder", label: "In a folder here", hint: "nothing else to run" },
      { value: "others", label: "In PostgreSQL and an S3 bucket", hint: "for several nodes" },
    ],
  })
  if (storage === "folder") {
    asked.DATA_DIR = await askText(terminal, { message: "Which folder?", proposed: "./data" })
    return asked
  }
  asked.DATABASE_URL = await askSecret(terminal, "The database's address, postgres://…")
  for (const [name, message] of S3_QUESTIONS) asked[name] = await askText(terminal, { message })
  asked.S3_SECRET_ACCESS_KEY = await askSecret(terminal, "Its secret access key")
  return asked
}

const S3_QUESTIONS = [
  ["S3_ENDPOINT", "The bucket's endpoint, https://…"],
  ["S3_BUCKET", "The bucket's name"],
  ["S3_ACCESS_KEY_ID", "Its access key id"],
] as const

/** Of lines that name a setting the last one, which counts, gets its value, and the others go; all else stays as it is. */
function merged(text: string, settings: Readonly<Record<string, string>>): string {
  const left = new Map(Object.entries(settings))
  const lines: string[] = []
  for (const line of text.split("\n").reverse()) {
    const name = /^\s*(?:export\s+)?([A-Z][A-Z0-9_]*)\s*=/.exec(line)?.[1] ?? ""
    const value = left.get(name)
    if (value !== undefined) {
      left.delete(name)
      lines.unshift(`${name}=${quoted(name, value)}`)
    } else if (!Object.hasOwn(settings, name)) lines.unshift(line)
  }
  while (lines.at(-1) === "") lines.pop()
  const added = [...left].map(([name, value]) => `${name}=${quoted(name, value)}`)
  return `${[...lines, ...added].join("\n")}\n`
}

const QUOTES = ["", "'", '"', "`"]

/** As it is read again. */
function quoted(name: string, value: string): string {
  for (const quote of QUOTES) {
    const text = `${quote}${value}${quote}`
    if (parseEnv(`${name}=${text}\n`)[name] === value) return text
  }
  throw usageError(`${name} cannot be written into a file of settings: it has every kind of quotes in it.`)
}
