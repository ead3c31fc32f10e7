import { homedir, userInfo } from "node:os"
import { createColors } from "picocolors"
import { version } from "../host/version.ts"
import { EXIT } from "./exit.ts"
import { runCli } from "./run.ts"
import type { Terminal } from "./terminal.ts"

// Where `better-share` begins: the process is looked at here, and nowhere else.
const interrupted = new AbortController()
process.on("SIGINT", () => {
  // The second Ctrl-C ends it wherever it is.
  if (interrupted.signal.aborted) process.exit(EXIT.interrupted)
  interrupted.abort()
  process.stderr.write("\nEnding, and leaving nothing half done. Ctrl-C again ends it at once.\n")
})
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  // Whoever reads what is printed has seen enough.
  if (error.code === "EPIPE") process.exit(EXIT.done)
  process.stderr.write(`Standard output cannot be written: ${error.message}.\n`)
  process.exit(EXIT.failed)
})
// Nothing is left to wait for, and the command waits: somebody has ended the input that it asked for.
process.on("beforeExit", () => {
  if (process.exitCode !== undefined) return
  process.stderr.write(`${SHOW_CURSOR}Interrupted.\n`)
  process.exit(EXIT.interrupted)
})

const isInteractive = process.stdin.isTTY === true && process.stderr.isTTY === true
const SHOW_CURSOR = process.stderr.isTTY ? "\u001b[?25h" : ""
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

// Not awaited here: where a question is never answered, the process has to be able to end.
runCli(process.argv.slice(2), terminal, version).then((code) => {
  process.exitCode = code
})

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
