import { realpath } from "node:fs/promises"
import {
  createSessionReader,
  type OpenCodeClient,
  type SessionReader,
} from "../../plugin/opencode/session-reader.ts"
import { readSpan } from "../../protocol/expiry.ts"
import type { SessionData } from "../../protocol/opencode.ts"
import { CliError, usageError } from "../exit.ts"
import { readWholeFile } from "../files.ts"
import { readExport, readerOf } from "../opencode/exported-session.ts"
import { startOpenCode } from "../opencode/open-code.ts"
import { readStdin, type Terminal } from "../terminal.ts"

/** One session that is to be shared, and what can read it. */
export interface Source {
  sessionID: string
  title: string | undefined
  reader: SessionReader
  /** The project's folder, for OpenCode's own sessions: the plugin there goes on with the share. */
  directory: string
}

/**
 * Finds what is to be shared, and works on it while OpenCode can be asked about it.
 * @param named a session's id, a file, or `-`; undefined: all sessions of this project
 * @param since of those, what was changed within this span
 */
export async function withSources<T>(
  terminal: Terminal,
  named: string | undefined,
  since: string | undefined,
  work: (sources: Source[]) => Promise<T>,
): Promise<T> {
  if (named !== undefined && !named.startsWith("ses_")) return work([await exportedSource(terminal, named)])
  const span = since === undefined ? undefined : readSpan(since)
  if (since !== undefined && span === undefined)
    throw usageError(`--since takes a time such as 12h, 30d or 8w, and not ${JSON.stringify(since)}.`)
  const { client, stop } = await startOpenCode(terminal, terminal.cwd)
  try {
    const reader = createSessionReader(client)
    const sourceOf = ({ id, title, directory = terminal.cwd }: SessionData): Source => ({
      ...{ sessionID: id, title, reader, directory },
    })
    if (named !== undefined) {
      const session = await reader.session(named)
      if (!session) throw new CliError(`OpenCode knows no session ${named}.`, { code: "not_found" })
      return await work([sourceOf(session)])
    }
    const sessions = (await sessionsHere(client, terminal.cwd))
      .filter(({ time }) => span === undefined || (time?.updated ?? 0) >= terminal.now() - span)
      .sort((a, b) => (a.time?.created ?? 0) - (b.time?.created ?? 0))
    return await work(sessions.map(sourceOf))
  } finally {
    await stop()
  }
}

/** More than anybody has: OpenCode leaves out what is beyond its limit, and does not say so. */
const MOST_SESSIONS = 1_000_000

/** What people have started in this project. Folders without a repository are all one project to OpenCode. */
async function sessionsHere(client: OpenCodeClient, folder: string): Promise<SessionData[]> {
  const query = { roots: "true", scope: "project", limit: MOST_SESSIONS }
  const { data } = await client.get({ url: "/session", query })
  if (!Array.isArray(data))
    throw new CliError("OpenCode does not say which sessions there are.", { code: "opencode" })
  const here = await realpath(folder)
  return (data as SessionData[]).filter(
    ({ parentID, projectID, directory }) =>
      parentID === undefined && (projectID !== "global" || directory === here),
  )
}

async function exportedSource(terminal: Terminal, named: string): Promise<Source> {
  const text = named === "-" ? await readStdin(terminal) : await readWholeFile(named)
  const exported = readExport(text, named === "-" ? "Standard input" : named)
  const { id, title } = exported.info
  // No folder: OpenCode may not know this session, and what it does not know is not deleted for that.
  return { sessionID: id, title, reader: readerOf(exported), directory: "" }
}
