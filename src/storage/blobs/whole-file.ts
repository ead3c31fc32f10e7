import { link, mkdir, open, rename, rm } from "node:fs/promises"
import { dirname, resolve } from "node:path"

/** Writes and syncs a new file for its owner's eyes. When `body` throws, the file is gone again. Resolves to its bytes. */
export async function writeSynced(
  path: string,
  body: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<number> {
  const file = await open(path, "wx", 0o600)
  let size = 0
  try {
    for await (const chunk of body) {
      await file.writeFile(chunk)
      size += chunk.byteLength
    }
    await file.sync()
  } catch (error) {
    await file.close()
    await rm(path, { force: true })
    throw error
  }
  await file.close()
  return size
}

/** Puts a synced file in its place, over what is there. */
export async function moveInto(temporary: string, path: string): Promise<void> {
  await inFolder(path, () => rename(temporary, path))
}

/**
 * Puts a synced file in its place when nothing is there; false when something is. A link, unlike a rename, replaces
 * nothing, and so says which of several at once came first (link(2), EEXIST).
 */
export async function moveIntoFree(temporary: string, path: string): Promise<boolean> {
  try {
    await inFolder(path, () => link(temporary, path))
    return true
  } catch (error) {
    if (isCode(error, "EEXIST")) return false
    throw error
  } finally {
    await rm(temporary, { force: true })
  }
}

/** The folder may be taken away by a deletion of its last object between making it and moving into it. */
async function inFolder(path: string, move: () => Promise<void>): Promise<void> {
  const folder = resolve(dirname(path))
  let highest = folder
  for (let attempt = 0; ; attempt++) {
    const made = await mkdir(folder, { recursive: true })
    // A new folder is an entry of the one above it.
    if (made !== undefined) highest = dirname(resolve(made))
    try {
      await move()
      break
    } catch (error) {
      if (!isCode(error, "ENOENT") || attempt === 5) throw error
    }
  }
  for (const changed of between(folder, highest)) {
    await syncFolder(changed).catch((error: unknown) => {
      // Deleted again already, and the folder with it.
      if (!isCode(error, "ENOENT")) throw error
    })
  }
}

/** From a folder up to one that holds it, both included. */
function between(folder: string, highest: string): string[] {
  const path = [folder]
  for (let at = folder; at !== highest && at !== dirname(at); at = dirname(at)) path.push(dirname(at))
  return path
}

/** A rename survives a power cut only when its folder is synced too. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r")
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error
}

export function isCode(error: unknown, ...codes: string[]): boolean {
  return isSystemError(error) && error.code !== undefined && codes.includes(error.code)
}
