import { type ChildProcess, spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer } from "node:net"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { root } from "../build/build.mjs"
import manifest from "../package.json" with { type: "json" }
import { NO_LIMITS } from "./no-limits.ts"
import { waitFor, within } from "./wait.ts"

/** The server as users run it, in a process of its own that can be killed. */
export interface ServerProcess {
  readonly url: string
  readonly dataDir: string
  /** Of the present run. */
  readonly pid: number | undefined
  /** Standard output and standard error of the present run. */
  output(): string
  start(): Promise<void>
  /** The exit code of a start that is expected to fail. */
  startExpectingFailure(): Promise<number | null>
  kill(signal: NodeJS.Signals): Promise<void>
  /** The largest resident memory so far, in bytes. */
  peakMemory(): number
  dispose(): Promise<void>
}

/** What is run, and with what. */
export interface Program {
  path: string
  args: string[]
}

export async function createServerProcess(
  env: Record<string, string> = {},
  program: Program = npmStart(),
): Promise<ServerProcess> {
  const dataDir = await mkdtemp(join(tmpdir(), "better-share-server-"))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined
  let exited: Promise<number | null> = Promise.resolve(null)
  let output = ""

  function launch(): void {
    output = ""
    const started = spawn(program.path, program.args, {
      // Away from the checkout, whose .env is somebody's own.
      cwd: dataDir,
      env: {
        PATH: process.env.PATH,
        SAMPLE: "off",
        PORT: String(port),
        DATA_DIR: dataDir,
        ...NO_LIMITS,
        ...env,
      },
    })
    child = started
    exited = new Promise((resolve) => started.once("exit", (code) => resolve(code)))
    for (const stream of [started.stdout, started.stderr]) {
      stream?.on("data", (chunk: Buffer) => {
        output += chunk
      })
    }
  }

  async function kill(signal: NodeJS.Signals): Promise<void> {
    child?.kill(signal)
    await within(exited, 15_000, `the end after ${signal}`)
    child = undefined
  }

  return {
    url,
    dataDir,
    get pid() {
      return child?.pid
    },
    output: () => output,
    async start() {
      launch()
      const running = child
      await waitFor(
        "the server to answer",
        async () => {
          if (running?.exitCode !== null) throw new Error("it has ended")
          return (await fetch(`${url}/api/health`)).ok
        },
        { interval: 10, timeout: 20_000, details: () => output },
      )
    },
    startExpectingFailure() {
      launch()
      return within(exited, 20_000, "the refusal to start")
    },
    kill,
    peakMemory() {
      const status = readFileSync(`/proc/${child?.pid}/status`, "utf8")
      return Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1]) * 1024
    },
    async dispose() {
      if (child) await kill("SIGKILL")
      await rm(dataDir, { recursive: true, force: true })
    },
  }
}

/** What `npm start` runs, on this node or another, so that the tests weigh the same process. */
export function npmStart(path = process.execPath): Program {
  const [node, ...args] = manifest.scripts.start.split(" ")
  if (node !== "node")
    throw new Error(`npm start is ${manifest.scripts.start}, which this harness cannot start`)
  return { path, args: args.map((arg) => (arg.includes("/") ? join(root, arg) : arg)) }
}

/** A port that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, "127.0.0.1", resolve))
  const address = probe.address()
  await new Promise((resolve) => probe.close(resolve))
  if (typeof address !== "object" || address === null) throw new Error("no port to be had")
  return address.port
}
