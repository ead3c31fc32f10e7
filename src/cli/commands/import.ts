import { randomBytes } from "node:crypto"
import { shortened } from "../../client/printed.ts"
import type { AddCommand } from "../commands.ts"
import { findOrigin } from "../importing/find-origin.ts"
import { filesFor } from "../importing/for-opencode.ts"
import { freshIDs } from "../importing/fresh-ids.ts"
import { findProject, type Project } from "../importing/project.ts"
import { runImport } from "../importing/run-import.ts"
import { startOpenCode } from "../opencode/open-code.ts"
import { examples, withJson, withServer } from "../program.ts"
import { createProgress } from "../progress.ts"
import { counted, sayJson } from "../say.ts"

interface ImportOptions {
  keepIds?: true
  dir?: string
  password?: true
  json?: true
  server?: string
}

export const addImport: AddCommand = (program, terminal) =>
  withJson(withServer(program.command("import <share>")))
    .summary("brings a share home into OpenCode, to go on with it")
    .description(
      "Brings a session into OpenCode: from a share's link or id, an exported file, or - for standard input. It gets ids of its own, and its paths become those of this checkout. Imported twice, it is two sessions.",
    )
    .option("--keep-ids", "keeps the ids that it has, where OpenCode has none of them yet")
    .option(
      "-d, --dir <folder>",
      "the project that it belongs to; else the checkout of the same repository, or this folder",
    )
    .option("--password", "asks for the share's password, or reads it from standard input")
    .addHelpText(
      "after",
      examples(
        ["better-share import https://share.example.com/share/…", "as another session of this project"],
        ["better-share import session.json --dir ~/src/app", ""],
      ),
    )
    .action(async (named: string, { keepIds, dir, json, ...options }: ImportOptions) => {
      const progress = createProgress(terminal, json === true)
      progress.start("Reading")
      const { session, url } = await findOrigin(terminal, named, options).finally(progress.stop)
      const openCode = await startOpenCode(terminal, terminal.cwd)
      try {
        const { client } = openCode
        const project = await findProject(terminal, { said: dir, projectID: session.info.projectID, client })
        const ids = keepIds ? new Map<string, string>() : freshIDs(session, randomBytes)
        const importedAt = new Date(terminal.now()).toISOString()
        const origin = { ...(url !== undefined && { url }), sessionID: session.info.id, importedAt }
        const files = filesFor(session, { ids, folder: project.folder, origin })
        progress.start("Importing")
        await runImport(terminal, {
          ...{ files, folder: project.folder, openCode },
          onProgress: (done) => progress.bar(done / files.length, counted(done, "session")),
        })
        progress.stop()
        const [root] = files
        if (!root) return
        const { id, title } = root.info
        const messages = files.reduce((sum, file) => sum + file.messages.length, 0)
        if (json) return sayJson(terminal, { sessionID: id, folder: project.folder, messages, origin })
        terminal.stdout(`${id}\n`)
        terminal.stderr(
          `${shortened(title || "Untitled session")}: ${counted(messages, "message")} in ${project.folder}${WHY[project.by]}.\nGo on with it: cd ${quoted(project.folder)} && opencode --session ${id}\n`,
        )
      } finally {
        progress.stop()
        await openCode.stop()
      }
    })

const WHY: Record<Project["by"], string> = {
  said: "",
  here: ", a checkout of the same repository",
  known: ", where OpenCode knows the same repository",
  nothing: "",
}

function quoted(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
