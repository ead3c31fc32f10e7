import { createHash } from "node:crypto"
import { readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import type { ItemKey } from "../../protocol/item.ts"
import { formatBytes } from "../../protocol/limits.ts"
import { makeFolder, namesIn, removeFile, removeFolder, writeWhole } from "../files.ts"

/** More waits for a share than may. */
export class OutboxFullError extends Error {
  override readonly name = "OutboxFullError"
}

/** A redacted item as JSON, and what says whose version it is: what waits is sorted out without being parsed again. */
export interface WaitingItem {
  /** A name for the item's key. */
  name: string
  json: string
}

/**
 * What waits to go up, a folder a share and a file a batch: an item a line, in the order of the names. What was accepted is on disk. Several processes may add to a share; only the one that holds its lock
 * takes away.
 */
export interface Outbox {
  /** Where all that concerns a share's sending is kept. */
  folderOf(shareID: string): string
  /** Shares with anything in here. */
  shareIDs(): Promise<string[]>
  /** Resolves when the items are safe. Throws `OutboxFullError`. */
  accept(shareID: string, items: readonly WaitingItem[]): Promise<void>
  /** Names of what waits, in order. */
  waiting(shareID: string): Promise<string[]>
  read(shareID: string, name: string): Promise<WaitingItem[]>
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
  /** What waits for a share at most, as far as this process has added to it. */
  const mostWaiting = new Map<string, number>()
  const folderOf = (shareID: string) => join(folder, shareID)
  const batchesOf = (shareID: string) => join(folder, shareID, "batches")

  /** Sorts behind every name before it, whatever the clock does. */
  async function nextName(shareID: string): Promise<string> {
    // Also behind what an earlier process has left, should the clock have gone back since.
    if (!mostWaiting.has(shareID)) {
      const newest = (await waiting(shareID)).at(-1)
      last = Math.max(last, Number.parseInt(newest ?? "0", 10))
    }
    last = Math.max(now() * 1000, last + 1)
    return `${String(last).padStart(17, "0")}-${process}.ndjson`
  }

  const waiting = (shareID: string) => namesIn(batchesOf(shareID))

  async function read(shareID: string, name: string): Promise<WaitingItem[]> {
    const text = await readFile(join(batchesOf(shareID), name), "utf8")
    return text.split("\n").slice(0, -1).map(readLine)
  }

  async function remove(shareID: string, names: readonly string[]): Promise<void> {
    for (const name of names) await removeFile(join(batchesOf(shareID), name))
  }

  /** Files are counted only when what was added since the last count could be too much. */
  async function hasRoom(shareID: string, wanted: number): Promise<boolean> {
    let most = (mostWaiting.get(shareID) ?? mostBytes) + wanted
    if (most > mostBytes) most = (await bytesWaiting(shareID)) + wanted
    if (most > mostBytes) return false
    mostWaiting.set(shareID, most)
    return true
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
    async accept(shareID, items) {
      if (items.length === 0) return
      const text = items.map(toLine).join("")
      const name = await nextName(shareID)
      if (!(await hasRoom(shareID, text.length))) {
        throw new OutboxFullError(`More than ${formatBytes(mostBytes)} wait to be sent.`)
      }
      await makeFolder(batchesOf(shareID))
      await writeWhole(join(batchesOf(shareID), name), text)
    },
    async squash(shareID) {
      const names = await waiting(shareID)
      const newest = names.at(-1)
      if (newest === undefined || names.length < 2) return
      const items: WaitingItem[] = []
      for (const name of names) items.push(...(await read(shareID, name)))
      // In the place of the newest: a crash before the others are gone leaves them before it, and it wins.
      await writeWhole(join(batchesOf(shareID), newest), lastVersions(items).map(toLine).join(""))
      await remove(shareID, names.slice(0, -1))
    },
    drop: (shareID) => removeFolder(folderOf(shareID)),
  }
}

/** Of each item the last version, where it stands last, so that what removes and what is removed keep their order. */
export function lastVersions(items: readonly WaitingItem[]): WaitingItem[] {
  const kept = new Map<string, WaitingItem>()
  for (const item of items) {
    kept.delete(item.name)
    kept.set(item.name, item)
  }
  return [...kept.values()]
}

/** Keys hold ids, and those of unknown types may hold anything: a hash has no spaces. */
export function nameOf(key: ItemKey): string {
  return createHash("sha256").update(key).digest("base64url").slice(0, 22)
}

function toLine({ name, json }: WaitingItem): string {
  return `${name} ${json}\n`
}

function readLine(line: string): WaitingItem {
  const end = line.indexOf(" ")
  return { name: line.slice(0, end), json: line.slice(end + 1) }
}
