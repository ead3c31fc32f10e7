import { type ChildProcess, spawn } from "node:child_process"
import { randomUUID } from "node:crypto"
import type { OpenCodeClient } from "../../plugin/opencode/session-reader.ts"
import { CliError } from "../exit.ts"
import type { Terminal } from "../terminal.ts"

/** OpenCode, started to be asked about its sessions. */
export interface OpenCode {
  client: OpenCodeClient
  stop(): Promise<void>
}

/** The program, as whoever has several names theirs. */
export function openCodeProgram({ environment }: Pick<Terminal, "environment">): string {
  return environment.OPENCODE_BIN || "opencode"
}

/** It believes PWD, and not where it was started. */
export function environmentIn({ environment }: Pick<Terminal, "environment">, folder: string) {
  return { ...environment, PWD: folder }
}

const USERNAME = "opencode"
const START_MS = 60_000
const STOP_MS = 3_000

/**
 * Starts OpenCode's server for a project, without its plugins, for this program alone.
 * @param folder the project's
 */
export async function startOpenCode(terminal: Terminal, folder: string): Promise<OpenCode> {
  const password = randomUUID()
  const program = openCodeProgram(terminal)
  const args = ["serve", "--pure", "--hostname", "127.0.0.1", "--port", "0"]
  const child = spawn(program, args, {
    cwd: folder,
    env: {
      ...environmentIn(terminal, folder),
      OPENCODE_SERVER_USERNAME: USERNAME,
      OPENCODE_SERVER_PASSWORD: password,
    },
    stdio: ["ignore", "pipe", "pipe"],
    // Ctrl-C is for this program: what OpenCode was given is taken back before it ends.
    detached: true,
  })
  const end = () => child.kill("SIGKILL")
  process.once("exit", end)
  child.once("exit", () => process.removeListener("exit", end))
  try {
    const address = await addressOf(child, program)
    const authorization = `Basic ${Buffer.from(`${USERNAME}:${password}`).toString("base64")}`
    return { client: createClient(address, { authorization }), stop: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw error
  }
}

function addressOf(child: ChildProcess, program: string): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = ""
    const timer = setTimeout(() => fail(`did not start within ${START_MS / 1000} seconds`), START_MS)
    function fail(what: string): void {
      clearTimeout(timer)
      const last = said.trim().split("\n").at(-1)
      reject(new CliError(`${program} ${what}${last ? `: ${last}` : "."}`, { code: "opencode" }))
    }
    child.once("error", (error: NodeJS.ErrnoException) => {
      if (error.code !== "ENOENT") return fail(`could not be started (${error.message})`)
      clearTimeout(timer)
      reject(new CliError(NO_OPENCODE, { code: "no_opencode" }))
    })
    child.once("exit", (code) => fail(`ended with ${code} before it answered`))
    const hear = (chunk: Buffer) => {
      said = (said + chunk.toString("utf8")).slice(-20_000)
      const address = /listening on (http:\/\/\S+)/.exec(said)?.[1]
      if (address === undefined) return
      clearTimeout(timer)
      resolve(address)
    }
    child.stdout?.on("data", hear)
    child.stderr?.on("data", hear)
  })
}

export const NO_OPENCODE =
  "There is no `opencode` on the PATH. Install OpenCode, or set OPENCODE_BIN to where it is."

/** It does not always heed the first signal. */
async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()))
  child.kill("SIGTERM")
  const timer = setTimeout(() => child.kill("SIGKILL"), STOP_MS)
  await ended
  clearTimeout(timer)
}

function createClient(address: string, headers: Record<string, string>): OpenCodeClient {
  async function call(method: string, request: Parameters<OpenCodeClient["get"]>[0]) {
    const path = request.url.replace(/\{(\w+)\}/g, (_, name: string) =>
      encodeURIComponent(request.path?.[name] ?? ""),
    )
    const url = new URL(path, address)
    for (const [name, value] of Object.entries(request.query ?? {})) url.searchParams.set(name, String(value))
    const response = await fetch(url, { method, headers })
    const text = await response.text()
    // What is not there is an answer; anything else must not be taken for nothing.
    if (!response.ok && response.status !== 404)
      throw new CliError(`OpenCode answered ${response.status} when it was asked for ${path}.`, {
        code: "opencode",
      })
    return { response, ...(response.ok && { data: JSON.parse(text) as unknown }) }
  }
  return { get: (request) => call("GET", request), delete: (request) => call("DELETE", request) }
}
