import { join } from "node:path"
import type { Finding } from "../../redaction/redactor.ts"
import { writeWhole } from "../files.ts"
import type { PluginDeps } from "../plugin-deps.ts"
import { newRedactor } from "../sending/share-redactor.ts"

/** What would leave. */
export interface Rehearsal {
  /** Items as JSON, of a dry run. */
  lines: string[]
  /** What was redacted in them. */
  findings: Finding[]
}

/** Reads and redacts all of a session, as sharing it would. */
export async function rehearse(sessionID: string, deps: PluginDeps): Promise<Rehearsal> {
  const redactor = newRedactor(deps)
  const root = await deps.reader.session(sessionID)
  const children = root && deps.settings.subagents ? await deps.reader.descendants(sessionID) : []
  const lines: string[] = []
  const findings: Finding[] = []
  for (const session of root ? [root, ...children] : []) {
    for await (const items of deps.reader.items(session)) {
      for (const item of items) {
        const clean = await redactor?.redact(item)
        findings.push(...(clean?.findings ?? []))
        if (deps.settings.dryRun) lines.push(JSON.stringify(clean?.item ?? item))
      }
    }
  }
  return { lines, findings }
}

/** Puts what would leave where its author can look at it. */
export async function writeDryRun(
  sessionID: string,
  { lines }: Rehearsal,
  { dryRunFolder }: Pick<PluginDeps, "dryRunFolder">,
): Promise<{ path: string; bytes: number }> {
  const path = join(dryRunFolder, `${sessionID}.ndjson`)
  await writeWhole(path, lines.map((line) => `${line}\n`).join(""))
  return { path, bytes: lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0) }
}
