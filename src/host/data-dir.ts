import { access, constants, mkdir, stat } from "node:fs/promises"
import { join, resolve } from "node:path"
import { lockDataDir } from "../storage/data-dir-lock.ts"

/** Where metadata is kept without PostgreSQL. */
export function databaseFile(folder: string): string {
  return join(folder, "better-share.db")
}

/** Makes the data folder if need be and takes it for this process. Throws a sentence when it cannot be used. */
export async function claimDataDir(folder: string): Promise<{ release(): void }> {
  try {
    await mkdir(folder, { recursive: true })
    await access(folder, constants.W_OK | constants.X_OK)
    if (!(await stat(folder)).isDirectory()) throw new Error("it is a file")
  } catch (cause) {
    const why =
      cause instanceof Error ? ((cause as NodeJS.ErrnoException).code ?? cause.message) : String(cause)
    throw new Error(
      `DATA_DIR: cannot write to ${resolve(folder)} (${why}). Set it to a folder that this user may write to.`,
      { cause },
    )
  }
  return lockDataDir(folder)
}
