import { Option } from "commander"
import { printedLine } from "../../client/printed.ts"
import { formatBytes } from "../../protocol/limits.ts"
import type { Tools } from "../../viewer/formats/told.ts"
import type { AddCommand } from "../commands.ts"
import { usageError } from "../exit.ts"
import { findShare } from "../held/find-share.ts"
import { type ExportedSession, itemsOf, readExport } from "../opencode/exported-session.ts"
import { examples, withJson, withServer } from "../program.ts"
import { type Pieces, writeFileWhole, writeOut } from "../reading/output.ts"
import { notOurs, openDoor, type ShareDoor } from "../reading/share-door.ts"
import { openAndTell, textOf } from "../reading/share-text.ts"
import { EXPORT_FORMATS, type ExportFormat, type TellOptions } from "../reading/told.ts"
import { sayJson } from "../say.ts"

interface ExportOptions extends TellOptions {
  format: ExportFormat
  output?: string
  password?: true
  json?: true
  server?: string
  tools?: Tools
}

export const addExport: AddCommand = (program, terminal) =>
  withJson(withServer(program.command("export <share>")))
    .summary("prints a share as JSON, Markdown, text or a page")
    .description(
      "Prints a share as it is now: JSON, JSON lines with an item each, Markdown, plain text, or a page that needs nothing else. An encrypted one is opened on this machine.",
    )
    .addOption(new Option("-f, --format <format>", "as what").choices([...EXPORT_FORMATS]).default("json"))
    .option("-o, --output <file>", "into a file, whole or not at all")
    .option("--from <message>", "from this message on: its id, or its number")
    .option("--to <message>", "up to this message")
    .addOption(new Option("--tools <how>", "how much of tool calls").choices(["none", "summary", "full"]))
    .option("--password", "asks for the share's password, or reads it from standard input")
    .addHelpText(
      "after",
      examples(
        ["better-share export https://…/share/… -f md", ""],
        ["better-share export ses_… -f html -o session.html", "one file that any browser opens"],
      ),
    )
    .action(async (named: string, options: ExportOptions) => {
      const { format, output, json } = options
      if (json && output === undefined)
        throw usageError("--json goes with --output: what is printed else is the share.")
      const found = await findShare(terminal, named, options.server)
      const door = await openDoor(terminal, found, options)
      const pieces = await piecesOf(door, found.shareID, options)
      if (output === undefined || output === "-") return writeOut(terminal, pieces)
      const isPrivate = door.keyText !== undefined || !door.isOpen
      const bytes = await writeFileWhole(terminal, output, pieces, { isPrivate })
      if (json) return sayJson(terminal, { file: output, format, bytes })
      terminal.stdout(`${output}: ${formatBytes(bytes)}\n`)
    })

async function piecesOf(door: ShareDoor, shareID: string, options: ExportOptions): Promise<Pieces> {
  const { format, from, to, tools } = options
  if (format === "jsonl") return linesOf(readExport(await textOf(door, shareID, options), shareID))
  if (door.keyText !== undefined) return openAndTell(door, shareID, { ...options, format })
  const url = new URL(`${door.page}.${format}`)
  for (const [name, value] of Object.entries({ from, to, tools }))
    if (value) url.searchParams.set(name, value)
  const answer = await door.fetch(url.href)
  const type = answer.headers.get("content-type") ?? ""
  if (!type.startsWith(TYPES[format])) throw notOurs(new URL(door.page).origin, answer.status)
  return answer.body ?? []
}

/** What a login page in the place of the share is not. */
const TYPES = { json: "application/json", md: "text/markdown", txt: "text/plain", html: "text/html" } as const

function* linesOf(session: ExportedSession): Generator<string> {
  for (const item of itemsOf(session)) yield printedLine(item)
  for (const child of session.children) yield* linesOf(child)
}
