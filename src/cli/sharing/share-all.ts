import { onOneLine, shortened } from "../../client/printed.ts"
import type { SessionReader } from "../../plugin/opencode/session-reader.ts"
import type { KeyringEntry } from "../../plugin/shares/keyring.ts"
import type { DryRun, Sharing } from "../../plugin/sharing.ts"
import { countKinds } from "../../plugin/telling/findings.ts"
import { formatBytes } from "../../protocol/limits.ts"
import { CliError } from "../exit.ts"
import { describeFailure } from "../failure.ts"
import { openOwnFolder } from "../held/own-folder.ts"
import { createProgress, type Progress } from "../progress.ts"
import { counted } from "../say.ts"
import { apiAt } from "../server.ts"
import type { Terminal } from "../terminal.ts"
import { openSharing } from "./open-sharing.ts"
import type { Source } from "./source.ts"
import type { ShareOptions, ShareWish } from "./wish.ts"

/** What became of one. */
export interface Shared {
  sessionID: string
  title?: string
  id?: string
  url?: string
  /** Batches that are kept here and not yet with the server. */
  waiting?: number
  dryRun?: { file: string; items: number; bytes: number; redacted: { kind: string; place: string }[] }
  error?: { code: string; message: string | undefined }
}

/** One after the other: what fails keeps none of the others from being shared. */
export async function shareAll(
  sources: readonly Source[],
  { terminal, wish, options }: { terminal: Terminal; wish: ShareWish; options: ShareOptions },
): Promise<Shared[]> {
  const progress = createProgress(terminal, options.json === true)
  const all: Shared[] = []
  try {
    for (const [at, source] of sources.entries()) {
      if (terminal.signal.aborted) throw new CliError("Interrupted.")
      const place = sources.length > 1 ? `${at + 1} of ${sources.length}: ` : ""
      const { sessionID, title } = source
      progress.start(`${place}${shortened(title || sessionID)}`)
      const reader = counting(source.reader, progress, terminal)
      const sharing = openSharing(terminal, { ...wish, reader, directory: source.directory })
      const shared = await shareOne({ sharing, sessionID, progress, wish, terminal, options })
      const told: Shared = { sessionID, ...(title !== undefined && { title }), ...shared }
      all.push(told)
      progress.stop()
      if (!options.json) say(told, terminal)
    }
    return all
  } finally {
    progress.stop()
  }
}

async function shareOne({
  sharing,
  sessionID,
  progress,
  wish,
  terminal,
  options,
}: {
  sharing: Sharing
  sessionID: string
  progress: Progress
  wish: ShareWish
  terminal: Terminal
  options: ShareOptions
}): Promise<Omit<Shared, "sessionID">> {
  try {
    if (options.dryRun) return { dryRun: dryRunOf(await sharing.rehearse(sessionID)) }
    const known = await openOwnFolder(terminal).keyring.findActive(sessionID, wish.url)
    if (known && options.encrypt && known.keyText === undefined)
      throw new CliError(NOT_ENCRYPTED, { code: "conflict" })
    const { entry, waiting } = await sharing.share(sessionID, {
      signal: terminal.signal,
      onWaiting: (batches) => progress.say(`${counted(batches, "batch", "batches")} to send`),
      // One that was there before, here or on another machine, has what it was given then.
      onShare: (made) => changeAccess(made, wish, terminal),
    })
    const { shareID: id, url } = entry
    if (waiting === 0) return { id, url }
    const message = `${counted(waiting, "batch", "batches")} of ${sessionID} did not get to the server. They are kept: the same command sends them.`
    return { id, url, waiting, error: { code: "unfinished", message } }
  } catch (error) {
    const { code, message } = describeFailure(error, terminal.signal.aborted)
    if (terminal.signal.aborted) throw error
    return { error: { code, message } }
  }
}

const NOT_ENCRYPTED =
  "It is shared already, and not encrypted. Take that share back (`better-share unshare`), then share it again with --encrypt."

/** What was asked for on the command line holds for a share that was there before, too. */
async function changeAccess(
  entry: KeyringEntry,
  { url, access }: ShareWish,
  terminal: Terminal,
): Promise<void> {
  if (Object.keys(access).length > 0) await apiAt(url, terminal).change(entry, access)
}

function dryRunOf({ path, items, bytes, findings }: DryRun): NonNullable<Shared["dryRun"]> {
  return { file: path, items, bytes, redacted: findings.map(({ kind, place }) => ({ kind, place })) }
}

function say({ title, sessionID, url, error, dryRun }: Shared, { stdout, stderr }: Terminal): void {
  if (dryRun) {
    const { items, bytes, file, redacted } = dryRun
    stdout(
      `${shortened(title || sessionID)}: ${counted(items, "item")} with ${formatBytes(bytes)} would leave.\n`,
    )
    const kinds = countKinds(redacted.map((each, at) => ({ ...each, placeholder: String(at) })))
    stdout(
      redacted.length === 0 ? "  Nothing was found that has to be redacted.\n" : `  Redacted: ${kinds}.\n`,
    )
    stdout(`  All of it: ${file}\n`)
  }
  if (url) stdout(`${onOneLine(url)}\n`)
  if (error) stderr(`${shortened(title || sessionID)}: ${onOneLine(error.message ?? error.code)}\n`)
}

/** Says how far the reading is. */
function counting(
  reader: SessionReader,
  progress: Progress,
  { signal }: Pick<Terminal, "signal">,
): SessionReader {
  let read = 0
  return {
    ...reader,
    async *items(session) {
      for await (const items of reader.items(session)) {
        signal.throwIfAborted()
        read += items.length
        progress.say(`${counted(read, "item")} read`)
        yield items
      }
    },
  }
}
