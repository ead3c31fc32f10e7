import { join } from "node:path"
import Database from "libsql"

/**
 * Takes the data folder for this process, or throws. The lock is an open transaction on a file of its own: the
 * operating system lets go of it however the process ends.
 */
export function lockDataDir(folder: string): { release(): void } {
  const database = new Database(join(folder, "lock"))
  try {
    database.exec("BEGIN EXCLUSIVE")
  } catch (cause) {
    database.close()
    if ((cause as { code?: unknown }).code !== "SQLITE_BUSY") throw cause
    throw new Error(
      `Another Better Share is running on the data folder ${folder}. Stop it first, or set DATA_DIR to another folder.`,
      { cause },
    )
  }
  return {
    release() {
      // Closing alone leaves the file locked until the garbage collector comes by.
      database.exec("ROLLBACK")
      database.close()
    },
  }
}
