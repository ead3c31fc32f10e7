import { onOneLine } from "../client/printed.ts"
import { ConfigError } from "../host/config.ts"
import type { backup } from "../host/move.ts"
import { readSettingsIn } from "../host/settings-file.ts"
import { formatBytes } from "../protocol/limits.ts"
import { CliError, usageError } from "./exit.ts"
import { createProgress } from "./progress.ts"
import { counted, sayJson } from "./say.ts"
import type { Terminal } from "./terminal.ts"

type Copied = Awaited<ReturnType<typeof backup>>
type OnProgress = NonNullable<Parameters<typeof backup>[0]["onProgress"]>

/** The settings of the server that this folder's .env and the environment describe. Throws its faults as sentences. */
export function settingsHere({ cwd, environment }: Terminal): ReturnType<typeof readSettingsIn> {
  try {
    return readSettingsIn(cwd, environment)
  } catch (error) {
    if (error instanceof ConfigError) throw usageError(error.faults.join("\n"))
    throw error
  }
}

/** Copies one storage into another, shows how far it is, and says what came of it. */
export async function copyStorage(
  terminal: Terminal,
  { what, json }: { what: string; json: true | undefined },
  copy: (watched: { signal: AbortSignal; onProgress: OnProgress }) => Promise<Copied>,
): Promise<void> {
  const progress = createProgress(terminal, json === true)
  progress.start(what)
  const copied = await copy({
    signal: terminal.signal,
    onProgress: ({ phase, done, total, bytes }) =>
      progress.bar(
        total === 0 ? 0 : done / total,
        `${counted(done, phase === "rows" ? "row" : "object")} of ${total.toLocaleString("en")}${bytes > 0 ? `, ${formatBytes(bytes)}` : ""}`,
      ),
  }).finally(progress.stop)
  if (json) sayJson(terminal, copied)
  else say(copied, terminal)
  if (copied.faults > 0)
    throw new CliError(
      `${counted(copied.faults, "object")} of the source could not be copied: it does not have them as its rows say. \`better-share check\` says more.`,
      { code: "damaged" },
    )
}

function say(
  { resumed, rows, copied, kept, bytes, leftBehind, firstFaults }: Copied,
  { stdout, stderr }: Terminal,
): void {
  if (resumed) stdout("It went on where it was broken off.\n")
  stdout(
    `${counted(rows, "row")} and ${counted(copied + kept, "object")} with ${formatBytes(bytes)} are there, each object verified.\n`,
  )
  if (leftBehind > 0) stdout(`${counted(leftBehind, "object")} that no row names did not come along.\n`)
  for (const fault of firstFaults) stderr(`${onOneLine(Object.values(fault).join(": "))}\n`)
}
