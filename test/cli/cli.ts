import { Readable } from "node:stream"
import { createColors } from "picocolors"
import { runCli } from "../../src/cli/run.ts"
import type { Terminal } from "../../src/cli/terminal.ts"

export interface CliOutcome {
  code: number
  stdout: string
  stderr: string
}

export interface CliPlace {
  /** HOME stands in it. */
  env: Readonly<Record<string, string>>
  cwd: string
}

/** `better-share` in a place of its own. What it prints to a program is what is checked: nobody can be asked. */
export function createCli({ env, cwd }: CliPlace, more: Partial<Terminal> = {}) {
  return async (args: readonly string[], stdin = ""): Promise<CliOutcome> => {
    let [stdout, stderr] = ["", ""]
    const terminal: Terminal = {
      environment: env,
      cwd,
      home: env.HOME ?? cwd,
      user: "tester",
      platform: process.platform,
      pid: process.pid,
      stdin: Readable.from([Buffer.from(stdin)]),
      stdout: (text) => {
        stdout += text
      },
      drained: async () => {},
      stderr: (text) => {
        stderr += text
      },
      isInteractive: false,
      columns: () => 80,
      colors: createColors(false),
      fetch: globalThis.fetch,
      now: Date.now,
      random: Math.random,
      signal: new AbortController().signal,
      ...more,
    }
    const code = await runCli(args, terminal, "0.0.0-test")
    return { code, stdout, stderr }
  }
}
