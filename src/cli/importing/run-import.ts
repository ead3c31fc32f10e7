import { execFile } from "node:child_process"
import { randomUUID } from "node:crypto"
import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { onOneLine } from "../../client/printed.ts"
import { createSessionReader } from "../../plugin/opencode/session-reader.ts"
import { CliError, HALF_DONE } from "../exit.ts"
import { environmentIn, type OpenCode, openCodeProgram } from "../opencode/open-code.ts"
import type { Terminal } from "../terminal.ts"
import type { ImportFile } from "./for-opencode.ts"

export interface RunImport {
  /** A session and its subagents', parents before children. */
  files: readonly ImportFile[]
  folder: string
  /** Asked what has arrived. */
  openCode: OpenCode
  onProgress?(done: number): void
}

/**
 * Has OpenCode import sessions, looks whether it has all of them whole, and takes back what it has where it has not:
 * it may say that it imported something, and have done half of it. Throws a sentence.
 */
export async function runImport(
  terminal: Terminal,
  { files, folder, openCode, onProgress }: RunImport,
): Promise<void> {
  const reader = createSessionReader(openCode.client, { page: 500 })
  // An id that is there already would be written over, and could not be taken back.
  for (const { info } of files)
    if (await reader.session(info.id))
      throw new CliError(
        `OpenCode has the session ${info.id} already. Without --keep-ids it is imported as another one.`,
        { code: "conflict" },
      )
  const temporary = await mkdtemp(join(tmpdir(), "better-share-import-"))
  const begun: string[] = []
  try {
    for (const [at, file] of files.entries()) {
      terminal.signal.throwIfAborted()
      const path = join(temporary, `${randomUUID()}.json`)
      await writeFile(path, JSON.stringify(file), { mode: 0o600 })
      begun.push(file.info.id)
      await importFile(terminal, { path, folder })
      await requireWhole(reader, file)
      onProgress?.(at + 1)
    }
  } catch (error) {
    const left = await takeBack(begun, openCode)
    if (left.length === 0) throw error
    throw new CliError(`It failed, and OpenCode keeps what it has of ${left.join(", ")}: delete it there.`, {
      code: HALF_DONE,
      cause: error,
    })
  } finally {
    await rm(temporary, { recursive: true, force: true })
  }
}

/** Children before their parents. Resolves to what could not be deleted. */
async function takeBack(ids: readonly string[], { client }: OpenCode): Promise<string[]> {
  const reader = createSessionReader(client)
  const left: string[] = []
  for (const id of [...ids].reverse()) {
    await client.delete({ url: "/session/{id}", path: { id } }).catch(() => {})
    if (await reader.session(id).catch(() => true)) left.push(id)
  }
  return left
}

function importFile(terminal: Terminal, { path, folder }: { path: string; folder: string }): Promise<void> {
  const program = openCodeProgram(terminal)
  return new Promise((resolve, reject) => {
    const options = {
      cwd: folder,
      env: environmentIn(terminal, folder),
      signal: terminal.signal,
      maxBuffer: 2 ** 20,
    }
    execFile(program, ["--pure", "import", path], options, (error, stdout, stderr) => {
      if (!error && /Imported session/.test(stdout)) return resolve()
      const said = `${stderr}\n${stdout}`
        .replace(COLOURS, "")
        .trim()
        .split("\n")
        .map(onOneLine)
        .filter(Boolean)
      const why = said.length > 0 ? said.slice(0, 4).join(" ") : "it does not say why"
      reject(
        new CliError(`OpenCode did not take the session, so nothing was imported: ${why}.`, {
          code: "refused",
        }),
      )
    })
  })
}

const COLOURS = /\u001b\[[0-9;]*m/g

async function requireWhole(reader: ReturnType<typeof createSessionReader>, file: ImportFile): Promise<void> {
  const { id } = file.info
  const session = await reader.session(id)
  const wanted = new Set(
    file.messages.flatMap(({ info, parts }) => [info.id, ...parts.map((part) => part.id)]),
  )
  if (session)
    for await (const items of reader.items(session))
      for (const { data } of items) wanted.delete((data as { id: string }).id)
  if (session && wanted.size === 0) return
  throw new CliError(
    `OpenCode took only a part of the session (${wanted.size} messages and parts are missing), so nothing was imported. With --keep-ids, it may have some of them in another session already.`,
    { code: "refused" },
  )
}
