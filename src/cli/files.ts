import { readFile, stat } from "node:fs/promises"
import { formatBytes } from "../protocol/limits.ts"
import { CliError } from "./exit.ts"

/** More than any session comes to; it keeps a wrong file from filling the memory. Bytes. */
export const MOST_BYTES = 1024 ** 3

/** Throws a sentence. */
export async function readWholeFile(path: string): Promise<string> {
  try {
    const { size } = await stat(path)
    if (size > MOST_BYTES)
      throw new CliError(`${path} is larger than ${formatBytes(MOST_BYTES)}: that is no session.`, {
        code: "too_large",
      })
    return await readFile(path, "utf8")
  } catch (error) {
    if (error instanceof CliError) throw error
    const { code } = error as NodeJS.ErrnoException
    const why =
      code === "ENOENT"
        ? "there is no such file"
        : code === "EISDIR"
          ? "it is a folder"
          : (error as Error).message
    throw new CliError(`${path} cannot be read: ${why}.`, { code: "unreadable" })
  }
}

/** Throws a sentence where there is no such file. */
export async function requireFile(path: string): Promise<string> {
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile()) return path
  throw new CliError(`${path} cannot be read: ${found ? "it is no file" : "there is no such file"}.`, {
    code: "unreadable",
  })
}
