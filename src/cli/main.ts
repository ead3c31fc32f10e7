import { homedir, userInfo } from "node:os"
import { createColors } from "picocolors"
import { version } from "../host/version.ts"
import { runCli } from "./run.ts"
import type { Terminal } from "./terminal.ts"

// Where `better-share` begins: the process is looked at here, and nowhere else.
const interrupted = new AbortController()
// The second Ctrl-C ends it wherever it is.
process.once("SIGINT", () => interrupted.abort())
// Whoever reads what is printed has seen enough.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code === "EPIPE") process.exit(0)
  throw error
})

const isInteractive = process.stdin.isTTY === true && process.stderr.isTTY === true
const wantsColors = process.stdout.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb"

const terminal: Terminal = {
  environment: process.env,
  cwd: process.cwd(),
  home: homeFolder(),
  user: userName(),
  platform: process.platform,
  pid: process.pid,
  stdin: process.stdin,
  stdout: (text) => void process.stdout.write(text),
  drained: () =>
    process.stdout.writableNeedDrain
      ? new Promise((resolve) => process.stdout.once("drain", resolve))
      : Promise.resolve(),
  stderr: (text) => void process.stderr.write(text),
  isInteractive,
  columns: () => process.stderr.columns ?? 80,
  colors: createColors(wantsColors),
  fetch: globalThis.fetch,
  now: Date.now,
  random: Math.random,
  signal: interrupted.signal,
}

process.exitCode = await runCli(process.argv.slice(2), terminal, version)

function userName(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined
  }
}

function homeFolder(): string {
  try {
    return homedir()
  } catch {
    // Somebody without a name and without HOME, as in containers.
    return process.cwd()
  }
}
