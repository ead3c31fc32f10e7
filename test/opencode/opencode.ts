import { writeFile } from "node:fs/promises"
import { delimiter, dirname, join } from "node:path"
import { createOpencodeClient, type OpencodeClient } from "@opencode-ai/sdk/v2/client"
import { waitFor, within } from "../wait.ts"
import { type RunningProcess, startProcess } from "./process.ts"
import { createSandbox } from "./sandbox.ts"

export interface OpenCodeOptions {
  /** Path of the executable: `inject("opencodeBinary")`. Its folder, where `rg` lies, goes on PATH. */
  binary: string
  /** Base URL of the model (`scriptedModel.url`). */
  model: string
  /** Where sessions are shared: `enterprise.url`. A loopback address that answers nothing unless told. */
  shareUrl?: string
  /** Files of the project, by path. A README and a source file unless told. */
  files?: Record<string, string>
  /** Merged over opencode.json, one level deep; or what makes it, given a folder of the sandbox. */
  config?: Record<string, unknown> | ((root: string) => Promise<Record<string, unknown>>)
  /** Added to OpenCode's environment. */
  env?: Record<string, string>
}

export interface OpenCodeServer {
  readonly client: OpencodeClient
  readonly url: string
  /** Output so far, for the message of a failure. */
  transcript(): string
  /** Ends it by SIGTERM, as a supervisor would; it sometimes does not heed that, and is then killed. */
  stop(): Promise<void>
  /** Ends it by SIGKILL. */
  kill(): Promise<void>
}

export interface CommandOutcome {
  code: number | null
  stdout: string
  /** Both streams, with the command. */
  transcript: string
}

export interface ExportedSession {
  info: { id: string; title: string; directory: string; [key: string]: unknown }
  messages: { info: Record<string, unknown> & { id: string; role: string }; parts: ExportedPart[] }[]
}

export type ExportedPart = Record<string, unknown> & {
  id: string
  type: string
  tool?: string
  state?: { status: string; input: Record<string, unknown>; output?: string; error?: string }
}

export interface OpenCode {
  /** The project's folder. */
  readonly directory: string
  /** What its commands are started with: of whoever works in the same place. */
  readonly env: Readonly<Record<string, string>>
  /** Starts `opencode serve` and waits until it answers. */
  serve(): Promise<OpenCodeServer>
  /** `opencode run …args prompt` to its end; its exit code is the caller's to judge. */
  run(args: readonly string[], prompt: string): Promise<CommandOutcome>
  /** `opencode import`. */
  import(source: string): Promise<CommandOutcome>
  /** The session as `opencode export` tells it. */
  export(sessionID: string): Promise<ExportedSession>
  /** Any other command, to its end. */
  command(args: readonly string[], options?: { timeout?: number }): Promise<CommandOutcome>
  /** Ends everything that was started and removes the folders. */
  dispose(): Promise<void>
}

/** Nobody listens on the discard port: without a share server of its own, OpenCode must not reach the hosted one. */
const NOWHERE = "http://127.0.0.1:9"

const FILES = {
  "README.md": "# demo\n\nA tiny service.\n",
  "src/greet.ts": 'export function greet(name: string): string {\n  return "Hello, " + name\n}\n',
}

/** One real OpenCode with a home and a project of its own, asking a scripted model. */
export async function createOpenCode(options: OpenCodeOptions): Promise<OpenCode> {
  const sandbox = await createSandbox(options.files ?? FILES)
  const path = [dirname(options.binary), sandbox.env.PATH].join(delimiter)
  const env: Record<string, string> = { ...sandbox.env, PATH: path, ...options.env }
  const processes: RunningProcess[] = []
  await writeFile(
    join(env.XDG_CONFIG_HOME ?? "", "opencode.json"),
    JSON.stringify(await configOf(options, dirname(sandbox.directory)), null, 2),
  )
  env.OPENCODE_CONFIG = join(env.XDG_CONFIG_HOME ?? "", "opencode.json")

  function start(args: readonly string[]): RunningProcess {
    const name = `${processes.length + 1}-${args[0]}`
    const started = startProcess(options.binary, args, {
      cwd: sandbox.directory,
      env,
      logs: sandbox.logs,
      name,
    })
    processes.push(started)
    return started
  }

  async function command(args: readonly string[], { timeout = 90_000 } = {}): Promise<CommandOutcome> {
    const running = start(args)
    try {
      const code = await within(running.ended, timeout, `opencode ${args[0]}`)
      return { code, stdout: running.stdout(), transcript: running.transcript() }
    } catch (error) {
      throw new Error(`${String(error)}\n${running.transcript()}`)
    } finally {
      await running.stop()
    }
  }

  async function serve(): Promise<OpenCodeServer> {
    const server = start(["serve", "--hostname", "127.0.0.1", "--port", "0"])
    const details = { timeout: 60_000, details: server.transcript }
    const url = await waitFor("opencode serve to say its address", () => addressOf(server), details)
    const client = createOpencodeClient({ baseUrl: url, directory: sandbox.directory })
    await waitFor(
      "opencode serve to be healthy",
      async () => (await client.global.health()).data?.healthy,
      details,
    )
    return {
      client,
      url,
      transcript: server.transcript,
      stop: () => server.stop({ patience: 2_000 }),
      kill: () => server.stop(),
    }
  }

  return {
    directory: sandbox.directory,
    env,
    serve,
    command,
    run: (args, prompt) => command(["run", ...args, prompt]),
    import: (source) => command(["import", source]),
    async export(sessionID) {
      const { code, stdout, transcript } = await command(["export", sessionID])
      // A session that it does not know ends well, with nothing said.
      if (code !== 0 || stdout === "") throw new Error(`opencode export ended with ${code}\n${transcript}`)
      return JSON.parse(stdout) as ExportedSession
    },
    async dispose() {
      await Promise.all(processes.map((running) => running.stop()))
      await sandbox.remove()
    },
  }
}

function addressOf(server: RunningProcess): string | undefined {
  if (server.hasEnded()) throw new Error("opencode serve has ended")
  return /listening on (http:\/\/\S+)/.exec(server.stdout())?.[1]
}

async function configOf(options: OpenCodeOptions, root: string): Promise<Record<string, unknown>> {
  const model = {
    name: "Scripted Model",
    limit: { context: 100_000, output: 4_096 },
    cost: { input: 1, output: 2 },
  }
  return {
    autoupdate: false,
    permission: "allow",
    model: "scripted/scripted-model",
    small_model: "scripted/scripted-model",
    enterprise: { url: options.shareUrl ?? NOWHERE },
    provider: {
      scripted: {
        npm: "@ai-sdk/openai-compatible",
        options: { baseURL: options.model, apiKey: "unused" },
        models: { "scripted-model": model },
      },
    },
    ...(typeof options.config === "function" ? await options.config(root) : options.config),
  }
}
