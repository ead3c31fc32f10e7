import { readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { itemKey, readItem } from "../../protocol/item.ts"
import { formatBytes } from "../../protocol/limits.ts"
import { makeFolder, namesIn, removeFile, removeFolder, writeWhole } from "../files.ts"

/** More waits for a share than may. */
export class OutboxFullError extends Error {
  override readonly name = "OutboxFullError"
}

/**
 * What waits to go up, a folder a share and a file a batch: redacted items as newline-delimited JSON, in the order of
 * the names. What was accepted is on disk. Several processes may add to a share; only the one that holds its lock
 * takes away.
 */
export interface Outbox {
  /** Where all that concerns a share's sending is kept. */
  folderOf(shareID: string): string
  /** Shares with anything in here. */
  shareIDs(): Promise<string[]>
  /** Resolves when the lines are safe. Throws `OutboxFullError`. */
  accept(shareID: string, lines: readonly string[]): Promise<void>
  /** Names of what waits, in order. */
  waiting(shareID: string): Promise<string[]>
  read(shareID: string, name: string): Promise<string[]>
  remove(shareID: string, names: readonly string[]): Promise<void>
  /** Puts the last versions of all that waits into one batch, so that a long outage costs no more than the session. */
  squash(shareID: string): Promise<void>
  /** Takes away everything of a share. */
  drop(shareID: string): Promise<void>
}

export interface OutboxOptions {
  folder: string
  now: () => number
  /** Distinguishes the batches of this process from others'. */
  process: string
  /** Bytes that may wait for one share; 512 MiB unless told. */
  mostBytes?: number
}

const MOST_BYTES = 512 * 1024 * 1024

export function createOutbox({ folder, now, process, mostBytes = MOST_BYTES }: OutboxOptions): Outbox {
  let last = 0
  const folderOf = (shareID: string) => join(folder, shareID)
  const batchesOf = (shareID: string) => join(folder, shareID, "batches")

  /** Sorts behind every name before it, whatever the clock does. */
  function nextName(): string {
    last = Math.max(now() * 1000, last + 1)
    return `${String(last).padStart(17, "0")}-${process}.ndjson`
  }

  const waiting = (shareID: string) => namesIn(batchesOf(shareID))

  async function read(shareID: string, name: string): Promise<string[]> {
    const text = await readFile(join(batchesOf(shareID), name), "utf8")
    return text.split("\n").slice(0, -1)
  }

  async function remove(shareID: string, names: readonly string[]): Promise<void> {
    for (const name of names) await removeFile(join(batchesOf(shareID), name))
  }

  async function bytesWaiting(shareID: string): Promise<number> {
    const names = await waiting(shareID)
    const sizes = await Promise.all(
      names.map((name) =>
        stat(join(batchesOf(shareID), name)).then(
          ({ size }) => size,
          () => 0,
        ),
      ),
    )
    return sizes.reduce((sum, size) => sum + size, 0)
  }

  return {
    folderOf,
    waiting,
    read,
    remove,
    shareIDs: () => namesIn(folder),
    async accept(shareID, lines) {
      if (lines.length === 0) return
      const text = lines.map((line) => `${line}\n`).join("")
      if (text.length + (await bytesWaiting(shareID)) > mostBytes) {
        throw new OutboxFullError(`More than ${formatBytes(mostBytes)} wait to be sent.`)
      }
      await makeFolder(batchesOf(shareID))
      await writeWhole(join(batchesOf(shareID), nextName()), text)
    },
    async squash(shareID) {
      const names = await waiting(shareID)
      const newest = names.at(-1)
      if (newest === undefined || names.length < 2) return
      const lines: string[] = []
      for (const name of names) lines.push(...(await read(shareID, name)))
      // In the place of the newest: a crash before the others are gone leaves them before it, and it wins.
      await writeWhole(
        join(batchesOf(shareID), newest),
        lastVersions(lines)
          .map((line) => `${line}\n`)
          .join(""),
      )
      await remove(shareID, names.slice(0, -1))
    },
    drop: (shareID) => removeFolder(folderOf(shareID)),
  }
}

/** Of each item the last version, where it stands last, so that what removes and what is removed keep their order. */
export function lastVersions(lines: readonly string[]): string[] {
  const kept = new Map<string, string>()
  for (const line of lines) {
    const key = itemKey(readItem(JSON.parse(line)), "")
    kept.delete(key)
    kept.set(key, line)
  }
  return [...kept.values()]
}
