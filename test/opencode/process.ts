import { type ChildProcess, spawn } from "node:child_process"
import { closeSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { within } from "../wait.ts"

export interface ProcessOptions {
  cwd: string
  env: Record<string, string>
  /** Folder for the files that take the process's output. */
  logs: string
  /** Distinguishes those files. */
  name: string
}

export interface RunningProcess {
  /** Exit code, or null when a signal ended it. */
  readonly ended: Promise<number | null>
  hasEnded(): boolean
  stdout(): string
  /** Both streams, with the command: for the message of a failure. */
  transcript(): string
  /** Ends the process and all it has started. With `patience`, asks first and waits that many milliseconds. */
  stop(options?: { patience?: number }): Promise<void>
}

/**
 * Starts a command as leader of a process group. Its output goes to files: OpenCode exits without waiting for a
 * pipe to be emptied, which cuts long output at 64 KB.
 */
export function startProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions,
): RunningProcess {
  const outPath = join(options.logs, `${options.name}.out`)
  const errPath = join(options.logs, `${options.name}.err`)
  const [out, err] = [openSync(outPath, "w"), openSync(errPath, "w")]
  const { cwd, env } = options
  const child = spawn(command, args, { cwd, env, detached: true, stdio: ["ignore", out, err] })
  closeSync(out)
  closeSync(err)

  let spawnError: Error | undefined
  let over = false
  const ended = new Promise<number | null>((resolve) => {
    child.once("exit", (code) => resolve(code))
    child.once("error", (error) => {
      spawnError = error
      resolve(null)
    })
  }).then((code) => {
    over = true
    return code
  })

  return {
    ended,
    hasEnded: () => over,
    stdout: () => readFileSync(outPath, "utf8"),
    transcript: () =>
      [
        `$ ${[command, ...args].join(" ")}`,
        readFileSync(outPath, "utf8").slice(-8_000),
        readFileSync(errPath, "utf8").slice(-8_000),
        spawnError === undefined ? "" : String(spawnError),
      ].join("\n"),
    async stop({ patience = 0 } = {}) {
      if (!over && patience > 0) {
        child.kill("SIGTERM")
        await within(ended, patience, "its end").catch(() => {})
      }
      killGroup(child)
      await within(ended, 5_000, `the end of ${command} after SIGKILL`)
    },
  }
}

/** What a process has started outlives it unless the whole group is ended. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, "SIGKILL")
  } catch {
    // ESRCH: nobody of the group is left, which is what we want.
  }
}
