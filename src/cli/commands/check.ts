import { onOneLine } from "../../client/printed.ts"
import { formatBytes } from "../../protocol/limits.ts"
import type { AddCommand } from "../commands.ts"
import { CliError } from "../exit.ts"
import { examples, withJson } from "../program.ts"
import { createProgress } from "../progress.ts"
import { counted, sayJson } from "../say.ts"
import { settingsHere } from "../storage-copy.ts"

interface CheckOptions {
  repair?: true
  quick?: true
  json?: true
}

export const addCheck: AddCommand = (program, terminal) =>
  withJson(program.command("check"))
    .summary("holds what is stored against what the database says")
    .description(
      "Holds objects, rows and counts against each other. The server may run meanwhile. It ends with 1 when something is left to mend.",
    )
    .option("--repair", "mends what can be mended without losing anything")
    .option("--quick", "looks whether objects are there, and does not read them")
    .addHelpText("after", examples(["better-share check", ""], ["better-share check --repair --json", ""]))
    .action(async ({ repair, quick, json }: CheckOptions) => {
      const { checkStorage, describeFinding } = await import("../../host/check.ts")
      const findings: Parameters<typeof describeFinding>[0][] = []
      const progress = createProgress(terminal, json === true)
      progress.start("Checking")
      const checked = await checkStorage({
        config: settingsHere(terminal),
        ...{ repair: repair === true, content: !quick, signal: terminal.signal },
        onFinding(finding) {
          findings.push(finding)
        },
        onProgress({ phase, done, total, bytes }) {
          const how = `${counted(done, phase === "shares" ? "share" : "object")}, ${formatBytes(bytes)}`
          if (total === undefined || total === 0) progress.say(how)
          else progress.bar(done / total, how)
        },
      }).finally(progress.stop)
      if (json) sayJson(terminal, { ...checked, found: findings })
      else {
        for (const finding of findings) terminal.stdout(`${onOneLine(describeFinding(finding))}\n`)
        const { shares, objects, bytes, mended } = checked
        terminal.stdout(
          `${counted(shares, "share")}, ${counted(objects, "object")} with ${formatBytes(bytes)}: ${counted(checked.findings, "finding")}, ${mended} mended.\n`,
        )
      }
      const left = checked.findings - checked.mended
      if (left > 0) throw new CliError(`${counted(left, "finding")} left to mend.`, { code: "damaged" })
    })
