import { access } from "node:fs/promises"
import { resolve } from "node:path"
import { SHARE_ID } from "../../protocol/ids.ts"
import { readWholeFile } from "../files.ts"
import { findShare } from "../held/find-share.ts"
import { type ExportedSession, readExport } from "../opencode/exported-session.ts"
import { openDoor } from "../reading/share-door.ts"
import { textOf } from "../reading/share-text.ts"
import { readStdin, type Terminal } from "../terminal.ts"

export interface FoundOrigin {
  session: ExportedSession
  /** Of a share: its link, without anything that opens it. */
  url: string | undefined
}

export interface OriginOptions {
  server?: string | undefined
  password?: boolean | undefined
}

/** Reads what is to be imported: a share by its link or id, a file, or `-`. Throws a sentence. */
export async function findOrigin(
  terminal: Terminal,
  named: string,
  options: OriginOptions,
): Promise<FoundOrigin> {
  if (named === "-")
    return { session: readExport(await readStdin(terminal), "Standard input"), url: undefined }
  if (await isFile(terminal, named))
    return { session: readExport(await readWholeFile(resolve(terminal.cwd, named)), named), url: undefined }
  const found = await findShare(terminal, named, options.server)
  const door = await openDoor(terminal, found, options)
  const text = await textOf(door, found.shareID)
  return {
    session: readExport(text, `The share ${found.shareID}`),
    url: `${found.server}/share/${found.shareID}`,
  }
}

/** What looks like a share's id may be a file's name; then it is the file. */
async function isFile({ cwd }: Terminal, named: string): Promise<boolean> {
  if (/^https?:\/\//.test(named)) return false
  if (!SHARE_ID.test(named)) return true
  return access(resolve(cwd, named)).then(
    () => true,
    () => false,
  )
}
