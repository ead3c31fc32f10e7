import { readFile } from "node:fs/promises"
import { createColors } from "picocolors"
import { expect, test } from "vitest"
import { createProgram } from "../../src/cli/program.ts"
import type { Terminal } from "../../src/cli/terminal.ts"

const program = createProgram({ colors: createColors(false) } as Terminal, "0.0.0")
const commands = program.commands.filter((each) => each.name() !== "complete")

test("docs/cli.md names every command", async () => {
  const text = await readFile(new URL("../../docs/cli.md", import.meta.url), "utf8")
  const words = new Set(text.match(/[a-z]+(?:-[a-z]+)*/g))
  for (const command of commands.flatMap((each) => [each, ...each.commands]))
    expect(words, command.name()).toContain(command.name())
})

test("every command says what it does, and every one that others may read takes --json", () => {
  for (const command of commands.flatMap((each) => (each.commands.length > 0 ? each.commands : [each]))) {
    if (command.name() === "help") continue
    expect(command.summary(), command.name()).toMatch(/^[a-z].{10,}[^.]$/)
    // It serves until it is told to stop.
    if (command.name() === "serve") continue
    expect(
      command.options.map(({ long }) => long),
      command.name(),
    ).toContain("--json")
  }
})

test("help shows how each command is typed", () => {
  for (const command of commands) {
    let help = ""
    command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp()
    expect(help, command.name()).toContain(`Examples:\n  `)
    expect(help, command.name()).toContain(`better-share ${command.name()}`)
  }
})
