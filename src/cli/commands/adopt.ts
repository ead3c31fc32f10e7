import { resolve } from "node:path"
import { onOneLine } from "../../client/printed.ts"
import type { AddCommand } from "../commands.ts"
import { CliError, usageError } from "../exit.ts"
import { requireFile } from "../files.ts"
import { examples, withJson } from "../program.ts"
import { createProgress } from "../progress.ts"
import { counted, sayJson } from "../say.ts"
import { settingsHere } from "../storage-copy.ts"
import type { Terminal } from "../terminal.ts"

interface AdoptOptions {
  from: string
  table: string
  bucketEnv?: string
  json?: true
}

export const addAdopt: AddCommand = (program, terminal) =>
  withJson(program.command("adopt"))
    .summary("takes over the shares of a server that kept each as one object")
    .description(
      "Takes over shares that another server kept as sessions/{id}.json and rows of share_id, session_id, secret and created_at. Links and secrets go on. Nothing is changed there.",
    )
    .requiredOption("--from <where>", "its database (postgres://…, an SQLite file), or a .csv of the rows")
    .option("--table <name>", "of that database", "shares")
    .option("--bucket-env <file>", "its bucket as S3_… settings, where that is not this server's own")
    .addHelpText(
      "after",
      examples(
        ["better-share adopt --from postgres://old-db/share", ""],
        ["better-share adopt --from shares.csv --bucket-env old.env", ""],
      ),
    )
    .action(async ({ from, table, bucketEnv, json }: AdoptOptions) => {
      const { adoptShares } = await import("../../host/adopt.ts")
      const { readEnvFile } = await import("../../host/env-file.ts")
      const oldBucket =
        bucketEnv === undefined
          ? undefined
          : (await readEnvFile(await requireFile(resolve(terminal.cwd, bucketEnv)))).s3
      if (bucketEnv !== undefined && !oldBucket)
        throw usageError(`${bucketEnv} names no bucket: it must set S3_ENDPOINT and what goes with it.`)
      const refused: { shareID: string; reason: string }[] = []
      const progress = createProgress(terminal, json === true)
      progress.start("Adopting")
      let done = 0
      const adopted = await adoptShares({
        config: settingsHere(terminal),
        from: await placeOf(from, table, terminal),
        oldBucket,
        signal: terminal.signal,
        onAdoption({ shareID, outcome, reason = "" }) {
          progress.say(counted(++done, "share"))
          if (outcome === "refused") refused.push({ shareID, reason })
        },
      }).finally(progress.stop)
      if (json) sayJson(terminal, { ...adopted, refusals: refused })
      else {
        for (const { shareID, reason } of refused)
          terminal.stderr(`${onOneLine(shareID)}: ${onOneLine(reason)}\n`)
        terminal.stdout(
          `${counted(adopted.adopted, "share")} adopted, ${adopted.known} known already, ${adopted.refused} refused.\n`,
        )
      }
      if (refused.length > 0)
        throw new CliError(`${counted(refused.length, "share")} could not be adopted.`, { code: "refused" })
    })

async function placeOf(from: string, table: string, { cwd }: Terminal) {
  if (/^postgres(ql)?:\/\//.test(from)) return { url: from, table }
  const path = await requireFile(resolve(cwd, from))
  return path.endsWith(".csv") ? { csv: path } : { file: path, table }
}
