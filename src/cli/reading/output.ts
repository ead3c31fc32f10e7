import { randomUUID } from "node:crypto"
import { createWriteStream } from "node:fs"
import { realpath, rename, rm, stat } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { pipeline } from "node:stream/promises"
import { CliError } from "../exit.ts"
import type { Terminal } from "../terminal.ts"

/** Text or bytes, in pieces. */
export type Pieces = Iterable<string> | AsyncIterable<string | Uint8Array>

export interface FileOptions {
  /** Was not open to everybody before, and is for its owner's eyes. */
  isPrivate: boolean
}

/**
 * Puts it into a file, whole or not at all; into what is no file, such as a pipe, as it comes.
 * @returns bytes
 */
export async function writeFileWhole(
  terminal: Terminal,
  path: string,
  pieces: Pieces,
  { isPrivate }: FileOptions,
): Promise<number> {
  const { cwd, signal } = terminal
  let part: string | undefined
  try {
    const named = resolve(cwd, path)
    const there = await stat(named).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return undefined
      throw error
    })
    if (there?.isDirectory()) throw new Error("it is a folder")
    if (there && !there.isFile()) {
      let bytes = 0
      await pipeline(
        counted(pieces, (more) => (bytes += more)),
        createWriteStream(named),
        { signal },
      )
      return bytes
    }
    // Of a link, what it leads to.
    const target = there ? await realpath(named) : named
    if (!there && !(await isFolder(dirname(target)))) throw new Error("there is no such folder")
    part = `${target}.${randomUUID().slice(0, 8)}.part`
    const mode = there ? there.mode & 0o777 : isPrivate ? 0o600 : 0o666
    await pipeline(pieces, createWriteStream(part, { flags: "wx", mode }), { signal })
    const { size } = await stat(part)
    await rename(part, target)
    return size
  } catch (error) {
    if (part !== undefined) await rm(part, { force: true }).catch(() => {})
    if (error instanceof CliError || signal.aborted) throw error
    throw new CliError(`${path} cannot be written: ${(error as Error).message}.`, { cause: error })
  }
}

/** Puts it on standard output, no faster than it is read there. */
export async function writeOut({ stdout, drained, signal }: Terminal, pieces: Pieces): Promise<void> {
  const decoder = new TextDecoder()
  for await (const piece of pieces) {
    signal.throwIfAborted()
    stdout(typeof piece === "string" ? piece : decoder.decode(piece, { stream: true }))
    await drained()
  }
  stdout(decoder.decode())
}

async function* counted(pieces: Pieces, count: (bytes: number) => void): AsyncGenerator<string | Uint8Array> {
  for await (const piece of pieces) {
    count(typeof piece === "string" ? Buffer.byteLength(piece) : piece.byteLength)
    yield piece
  }
}

function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
