import { randomUUID } from "node:crypto"
import { createWriteStream } from "node:fs"
import { mkdir, rename, rm, stat } from "node:fs/promises"
import { dirname, resolve } from "node:path"
import { pipeline } from "node:stream/promises"
import { CliError } from "../exit.ts"
import type { Terminal } from "../terminal.ts"

/** Text or bytes, in pieces. */
export type Pieces = Iterable<string> | AsyncIterable<string | Uint8Array>

/**
 * Puts it into a file, whole or not at all.
 * @returns bytes
 */
export async function writeFileWhole(terminal: Terminal, path: string, pieces: Pieces): Promise<number> {
  const target = resolve(terminal.cwd, path)
  const part = `${target}.${randomUUID().slice(0, 8)}.part`
  try {
    await mkdir(dirname(target), { recursive: true })
    await pipeline(pieces, createWriteStream(part, { flags: "wx" }), { signal: terminal.signal })
    const { size } = await stat(part)
    await rename(part, target)
    return size
  } catch (error) {
    await rm(part, { force: true }).catch(() => {})
    if (error instanceof CliError || terminal.signal.aborted) throw error
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
