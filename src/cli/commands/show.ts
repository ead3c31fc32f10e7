import { inMinutes, onOneLine, shortened } from "../../client/printed.ts"
import { withKey } from "../../encryption/share-key.ts"
import type { MetadataAnswer } from "../../protocol/routes.ts"
import type { AddCommand } from "../commands.ts"
import { type FoundShare, findShare } from "../held/find-share.ts"
import { examples, withJson, withServer } from "../program.ts"
import { counted, sayJson } from "../say.ts"
import { apiAt } from "../server.ts"

export const addShow: AddCommand = (program, terminal) =>
  withJson(withServer(program.command("show <share>")))
    .summary("prints what is known of one share")
    .description("Prints what is known of one share, named by its link, its id or its session's id.")
    .addHelpText(
      "after",
      examples(
        ["better-share show ses_…", ""],
        ["better-share show https://share.example.com/share/… --json", "somebody else's too"],
      ),
    )
    .action(async (named: string, { json, server }: { json?: true; server?: string }) => {
      const found = await findShare(terminal, named, server)
      const metadata = await apiAt(found.server, terminal).metadata(found)
      const url = linkOf(found)
      if (json) return sayJson(terminal, { ...metadata, url })
      const [title = "", ...facts] = written(metadata, url).map(onOneLine)
      terminal.stdout(`${[title, ...facts.map((fact) => `  ${fact}`)].join("\n")}\n`)
    })

/** As people are given it: of an encrypted share with its key, where that is known here. */
export function linkOf({ server, shareID, keyText }: FoundShare): string {
  const url = `${server}/share/${shareID}`
  return keyText === undefined ? url : withKey(url, keyText)
}

function written(metadata: MetadataAnswer, url: string): string[] {
  const { title, sessionID, encrypted, visibility, expiresAt, viewers } = metadata
  const end = expiresAt === undefined ? "does not expire" : `until ${inMinutes(expiresAt)}`
  const counts = encrypted
    ? "end-to-end encrypted"
    : [
        counted(metadata.messageCount, "message"),
        counted(metadata.partCount, "part"),
        counted(metadata.diffCount, "changed file"),
      ].join(", ")
  return [
    shortened(title ?? "") || `Session ${sessionID}`,
    url,
    `${visibility}, ${end}, ${viewers} watching`,
    counts,
    `shared ${inMinutes(metadata.createdAt)}, changed ${inMinutes(metadata.lastUpdated)}`,
  ]
}
