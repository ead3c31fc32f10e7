import { access, constants, mkdir, stat } from "node:fs/promises"
import { join, resolve } from "node:path"
import { lockDataDir } from "../storage/data-dir-lock.ts"

/** Where metadata is kept without PostgreSQL. */
export function databaseFile(folder: string): string {
  return join(folder, "better-share.db")
}

/** Throws a sentence where there is no server's database: one that is made here would not be the one that is meant. */
export async function requireDatabase(dataDir: string): Promise<void> {
  const file = databaseFile(dataDir)
  await access(file).catch((cause) => {
    throw new Error(
      `There is no database at ${file}. Run this where the server runs, with the same settings, once it has been started.`,
      { cause },
    )
  })
}

/** Makes the data folder if need be and takes it for this process. Throws a sentence when it cannot be used. */
export async function claimDataDir(folder: string): Promise<{ release(): void }> {
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 })
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
