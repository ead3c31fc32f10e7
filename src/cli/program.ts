import { Command } from "commander"
import { COMMANDS } from "./commands.ts"
import type { Terminal } from "./terminal.ts"

/** Everything that can be typed. */
export function createProgram(terminal: Terminal, version: string): Command {
  const { colors } = terminal
  const program = new Command("better-share")
    .description("Share OpenCode sessions from your own server: what its pages do, a terminal does.")
    .version(version, "-v, --version", "prints the version")
    .helpOption("-h, --help", "prints this")
    .helpCommand("help [command]", "prints what a command takes")
    .configureOutput({
      writeOut: (text) => terminal.stdout(text),
      writeErr: (text) => terminal.stderr(text),
      outputError: (text, write) => write(colors.red(sentence(text))),
      getOutHasColors: () => colors.isColorSupported,
      getErrHasColors: () => colors.isColorSupported,
    })
    .configureHelp({ styleTitle: (title) => colors.bold(title), styleCommandText: (name) => name })
    .showHelpAfterError("`--help` says more.")
    .exitOverride()
  for (const [heading, commands] of COMMANDS) {
    for (const add of commands) add(program, terminal).helpGroup(heading)
  }
  return program
}

/** `error: unknown option '--jsno'` → `Unknown option '--jsno'.` */
function sentence(text: string): string {
  return text
    .replace(/^error: (.)/, (_, first: string) => first.toUpperCase())
    .replace(/([^.?)\n])\n/, "$1.\n")
}

/** For programs that go on with the answer. */
export function withJson(command: Command): Command {
  return command.option("--json", "prints JSON instead, also of what fails")
}

/** Whose address is not said is found in the environment, or in OpenCode's configuration. */
export function withServer(command: Command): Command {
  return command.option("-s, --server <url>", "the server; else BETTER_SHARE_BASE_URL, or opencode.json's")
}

/** The lines behind a command's options that show how it is typed. */
export function examples(...lines: readonly [typed: string, what: string][]): string {
  const width = Math.max(...lines.map(([typed]) => typed.length))
  return `\nExamples:\n${lines.map(([typed, what]) => `  ${typed.padEnd(width)}  ${what}`.trimEnd()).join("\n")}\n`
}
