import { lastLines, runCommand } from "../test/provision/command.ts"

/** What a command says on its way to success; what it said last, as an error, if it fails. */
export async function runOrThrow(command: string, args: readonly string[]): Promise<string> {
  const { ok, output } = await runCommand(command, args, { timeout: 900_000 })
  if (!ok) throw new Error(`${command} ${args.join(" ")}\n${lastLines(output, 30)}`)
  return output
}
