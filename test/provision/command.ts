import { spawn } from "node:child_process"
import { accessSync, constants } from "node:fs"
import { delimiter, join } from "node:path"

export interface CommandResult {
  ok: boolean
  /** Standard output and standard error as they came. */
  output: string
}

/** Runs a command to its end and never throws: what could not be started has failed, with the reason as output. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { timeout: number; env?: NodeJS.ProcessEnv },
): Promise<CommandResult> {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "pipe"],
      timeout: options.timeout,
      killSignal: "SIGKILL",
      env: { ...process.env, ...options.env },
    })
    let output = ""
    const keep = (chunk: Buffer): void => {
      output += chunk.toString("utf8")
    }
    child.stdout.on("data", keep)
    child.stderr.on("data", keep)
    child.on("error", (error) => resolve({ ok: false, output: `${output}${error.message}` }))
    child.on("close", (code, signal) => {
      const ending = signal === null ? "" : `\nended by ${signal} after at most ${options.timeout} ms`
      resolve({ ok: code === 0, output: output + ending })
    })
  })
}

/** The path of an executable on PATH. */
export function findOnPath(name: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter((folder) => folder !== "")
  return folders.map((folder) => join(folder, name)).find(isExecutable)
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}

/** The last lines of a command's output: where package managers say what went wrong. */
export function lastLines(output: string, count = 15): string {
  return output.trimEnd().split("\n").slice(-count).join("\n")
}
