import { onOneLine } from "../client/printed.ts"
import { describeFailure } from "./failure.ts"
import { createProgram } from "./program.ts"
import { sayJson } from "./say.ts"
import type { Terminal } from "./terminal.ts"

/**
 * Runs one command. Resolves to the exit code. Contract: must not reject.
 * @param args without the runtime and the file
 */
export async function runCli(args: readonly string[], terminal: Terminal, version: string): Promise<number> {
  const program = createProgram(terminal, version)
  try {
    await program.parseAsync([...args], { from: "user" })
    return 0
  } catch (error) {
    const { exit, code, message } = describeFailure(error, terminal.signal.aborted)
    if (message === undefined) return exit
    if (args.includes("--json")) sayJson({ stdout: terminal.stderr }, { error: { code, message } })
    else for (const line of message.split("\n")) terminal.stderr(`${onOneLine(line)}\n`)
    return exit
  }
}
