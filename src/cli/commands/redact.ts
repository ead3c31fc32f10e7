import { redactBody } from "../../protocol/routes.ts"
import { askSecret } from "../asking.ts"
import type { AddCommand } from "../commands.ts"
import { CliError, usageError } from "../exit.ts"
import { accessTo, findShare } from "../held/find-share.ts"
import { examples, withJson, withServer } from "../program.ts"
import { counted, sayJson } from "../say.ts"
import { apiAt } from "../server.ts"
import { readStdin, type Terminal } from "../terminal.ts"

interface RedactOptions {
  text?: true
  flexible?: true
  message?: string
  part?: string
  replacement?: string
  json?: true
  server?: string
}

export const addRedact: AddCommand = (program, terminal) =>
  withJson(withServer(program.command("redact <share>")))
    .summary("takes something out of a share, for good")
    .description(
      "Takes a text, a message or a part out of a share: out of everything that is stored, and of all that is synced later. It cannot be put back. An encrypted share is redacted in its owner's browser: `better-share open`.",
    )
    .option("--text", "asks for the text, or reads it from standard input: every occurrence goes")
    .option("--flexible", "white space in it matches any other")
    .option("--message <id>", "a whole message")
    .option("--part <id>", "a part of that message, such as a tool's output")
    .option("--replacement <text>", "what stands in its place instead of [redacted]")
    .addHelpText(
      "after",
      examples(
        ["better-share redact ses_… --text", "asks, so that it stands in no history of commands"],
        ["better-share redact ses_… --message msg_…", ""],
      ),
    )
    .action(async (named: string, { json, server, ...options }: RedactOptions) => {
      const { text: asks, flexible, message, part, replacement } = options
      if (asks && message !== undefined) throw usageError("Either --text or --message, and not both.")
      if (!asks && message === undefined) throw usageError("Take out what? Say --text, or else --message.")
      if (part !== undefined && message === undefined) throw usageError("--part goes with --message.")
      const found = await findShare(terminal, named, server)
      const share = accessTo(found)
      if (found.keyText !== undefined)
        throw new CliError(
          "This share is encrypted, so the server cannot look into it: redact it in your browser, which `better-share open` opens.",
          { code: "conflict" },
        )
      const rule =
        message === undefined
          ? {
              kind: "text",
              text: await readText(terminal),
              ...(flexible && { flexible }),
              ...(replacement !== undefined && { replacement }),
            }
          : part === undefined
            ? { kind: "message", messageID: message }
            : { kind: "part", messageID: message, partID: part }
      const body = redactBody.safeParse({ rules: [rule] })
      if (!body.success) {
        const [issue] = body.error.issues
        throw usageError(`The ${String(issue?.path.at(-1) ?? "text")} ${issue?.message ?? "is wrong"}.`)
      }
      const { receipt } = await apiAt(found.server, terminal).redact(share, body.data)
      if (json) sayJson(terminal, receipt)
      if (receipt.occurrences === 0) throw new CliError(NOTHING, { code: "no_match" })
      if (json) return
      const { occurrences, items, objectsDeleted, final } = receipt
      terminal.stdout(
        `${counted(occurrences, "occurrence")} in ${counted(items, "item")} taken out; ${counted(objectsDeleted, "object")} that held it deleted.${final ? "" : " What was put before may still come; it is redacted then."}\n`,
      )
    })

const NOTHING =
  "Nothing in the share matches, so nothing was taken out. Is it spelled so, and is it this share? The rule stays, and holds for what is synced later."

async function readText(terminal: Terminal): Promise<string> {
  if (terminal.isInteractive) return askSecret(terminal, "What is to go")
  return (await readStdin(terminal)).replace(/\r?\n$/, "")
}
