import { createAdminClient } from "../../client/admin-client.ts"
import { onOneLine } from "../../client/printed.ts"
import { ConfigError } from "../../host/config.ts"
import type { AddCommand } from "../commands.ts"
import type { Finding } from "../doctor/finding.ts"
import { examineOpenCode } from "../doctor/opencode.ts"
import { examineServer, explainAddress } from "../doctor/reach.ts"
import { CliError } from "../exit.ts"
import { examples, withJson, withServer } from "../program.ts"
import { counted, sayJson } from "../say.ts"
import { findServer } from "../server.ts"
import type { Terminal } from "../terminal.ts"

interface DoctorOptions {
  server?: string
  here?: true
  json?: true
}

export const addDoctor: AddCommand = (program, terminal) =>
  withJson(withServer(program.command("doctor")))
    .summary("looks whether all is well, and says how to mend what is not")
    .description(
      "Looks at OpenCode on this machine and at how the server is reached; where the server runs, also at its settings, database and bucket. With BETTER_SHARE_ADMIN_TOKEN it looks whether the server knows its proxies.",
    )
    .option("--here", "the server of this folder's .env and environment, and what it keeps its shares in")
    .addHelpText(
      "after",
      examples(["better-share doctor", ""], ["better-share doctor --here", "where the server runs"]),
    )
    .action(async ({ server: said, here, json }: DoctorOptions) => {
      const findings: Finding[] = []
      for await (const finding of examineAll(terminal, said, here)) {
        findings.push(finding)
        if (!json) terminal.stdout(written(finding, terminal))
      }
      if (json) sayJson(terminal, findings)
      const wrong = findings.filter(({ state }) => state === "wrong").length
      if (wrong > 0) throw new CliError(`${counted(wrong, "thing")} to mend.`, { code: "unwell" })
      if (!json) terminal.stdout("All is well.\n")
    })

async function* examineAll(
  terminal: Terminal,
  said: string | undefined,
  here: true | undefined,
): AsyncGenerator<Finding> {
  let server: string | undefined
  let isOwn = true
  if (here) {
    const settings = await readHere(terminal)
    if ("findings" in settings) yield* settings.findings
    else {
      yield { name: "settings", state: "well", says: "Every setting can be read." }
      const { examine } = await import("../../host/examine.ts")
      for await (const { name, isWell, says } of examine(settings.config))
        yield { name, state: isWell ? "well" : "wrong", says }
      const { baseUrl, port } = settings.config
      server = baseUrl ?? `http://127.0.0.1:${port}`
    }
  }
  if (said !== undefined || !here) {
    const found = await findServer(terminal, said).catch((error: Error) => error)
    if (found instanceof Error) yield { name: "server", state: "wrong", says: found.message }
    else {
      server = found.url
      isOwn = found.isOwn
    }
  }
  if (server !== undefined) {
    yield* examineServer(terminal, server)
    yield await explainAddress(isOwn ? await addressSeen(terminal, server) : undefined, server)
  }
  if (!here) yield* examineOpenCode(terminal, server)
}

async function readHere({ cwd, environment }: Terminal) {
  const { readSettingsIn } = await import("../../host/settings-file.ts")
  try {
    return { config: readSettingsIn(cwd, environment) }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    return { findings: error.faults.map((says): Finding => ({ name: "settings", state: "wrong", says })) }
  }
}

/** As which the server takes this machine's address; undefined where nobody may know. */
async function addressSeen(
  { environment, fetch, now }: Terminal,
  server: string,
): Promise<string | undefined> {
  const token = environment.BETTER_SHARE_ADMIN_TOKEN?.trim()
  if (!token) return undefined
  const admin = createAdminClient({ baseUrl: server, token, fetch, now })
  return admin.call("readOverview").then(
    ({ address }) => address,
    () => undefined,
  )
}

const SIGNS = { well: "✓", note: "•", wrong: "✗", skipped: "-" } as const

function written({ name, state, says, mend }: Finding, { colors }: Terminal): string {
  const paint = { well: colors.green, note: colors.yellow, wrong: colors.red, skipped: colors.dim }[state]
  const line = `${paint(SIGNS[state])} ${name.padEnd(13)} ${onOneLine(says)}\n`
  return mend === undefined ? line : `${line}${" ".repeat(16)}${colors.dim(mend)}\n`
}
