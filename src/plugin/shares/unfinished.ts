import { join } from "node:path"
import { namesIn, readIfThere, removeFile, writeWhole } from "../files.ts"
import { isAlive } from "../sending/is-alive.ts"
import type { Outbox } from "../sending/outbox.ts"

/**
 * Marks of who follows a share at this moment. One that is left by a process that is no more says that its end was
 * unclean: what the session said last may never have been heard (SIGTERM ends OpenCode without a word to plugins).
 */
export interface Unfinished {
  mark(shareID: string): Promise<void>
  /** @param updated when the session was changed last, by its own word */
  clear(shareID: string, updated: number | undefined): Promise<void>
  /** The last clear's. */
  lastSeen(shareID: string): Promise<number | undefined>
  isLeft(shareID: string): Promise<boolean>
}

export function createUnfinished({ outbox, pid }: { outbox: Outbox; pid: number }): Unfinished {
  const folderOf = (shareID: string) => join(outbox.folderOf(shareID), "following")
  const own = String(pid)
  return {
    mark: (shareID) => writeWhole(join(folderOf(shareID), own), ""),
    async clear(shareID, updated) {
      // The share may have been removed, and its folder with it.
      if ((await namesIn(outbox.folderOf(shareID))).length === 0) return
      if (updated !== undefined) await writeWhole(join(outbox.folderOf(shareID), SEEN), String(updated))
      await removeFile(join(folderOf(shareID), own))
    },
    async lastSeen(shareID) {
      const text = await readIfThere(join(outbox.folderOf(shareID), SEEN))
      return text === undefined ? undefined : Number(text)
    },
    async isLeft(shareID) {
      const left = (await namesIn(folderOf(shareID))).filter((name) => !isAlive(Number(name)))
      for (const name of left) await removeFile(join(folderOf(shareID), name))
      return left.length > 0
    },
  }
}

const SEEN = "seen"
