import { randomUUID } from "node:crypto"
import { createReadStream } from "node:fs"
import { type FileHandle, mkdir, open, readdir, rename, rm, rmdir, stat } from "node:fs/promises"
import { dirname, join, sep } from "node:path"
import { type BlobInfo, type BlobStore, StorageError } from "../../shares/ports.ts"

export interface FileStoreOptions {
  /** Folder of the objects; made when missing. */
  root: string
}

const KEY = /^[A-Za-z0-9_-][A-Za-z0-9_.-]*(\/[A-Za-z0-9_-][A-Za-z0-9_.-]*)*$/

/**
 * Objects as files, for a single process. A file is written beside its place, synced, and renamed into it, so that a key either holds a
 * whole object or nothing.
 */
export async function openFileStore({ root }: FileStoreOptions): Promise<BlobStore> {
  const objects = join(root, "objects")
  const partial = join(root, "partial")
  // What a crash left half-written. The folder has one process, so nobody is writing there now.
  await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })

  function pathOf(key: string): string {
    if (!KEY.test(key) || key.includes("..")) throw new TypeError(`not an object key: ${JSON.stringify(key)}`)
    return join(objects, ...toFolderCase(key).split("/"))
  }

  return {
    put: (key, body) =>
      atBorder("blobs.put", async () => {
        const path = pathOf(key)
        const temporary = join(partial, randomUUID())
        const file = await open(temporary, "wx", 0o600)
        let size: number
        try {
          size = await writeAll(file, body)
          await file.sync()
        } catch (error) {
          await file.close()
          await rm(temporary, { force: true })
          throw error
        }
        await file.close()
        await moveInto(temporary, path)
        await syncFolder(dirname(path))
        return { key, size }
      }),

    get: (key) =>
      atBorder("blobs.get", async () => {
        const path = pathOf(key)
        if (!(await sizeOf(path))) return undefined
        return createReadStream(path, { highWaterMark: 256 * 1024 })
      }),

    delete: (key) =>
      atBorder("blobs.delete", async () => {
        const path = pathOf(key)
        await rm(path, { force: true })
        await removeEmptyFolders(dirname(path), objects)
      }),

    async *list(prefix) {
      yield* listFolder(objects, prefix)
    },
  }
}

async function writeAll(file: FileHandle, body: AsyncIterable<Uint8Array>): Promise<number> {
  let size = 0
  for await (const chunk of body) {
    await file.writeFile(chunk)
    size += chunk.byteLength
  }
  return size
}

/** The folder may be taken away by a deletion of its last object between making it and moving into it. */
async function moveInto(temporary: string, path: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    await mkdir(dirname(path), { recursive: true })
    try {
      return await rename(temporary, path)
    } catch (error) {
      if (!isCode(error, "ENOENT") || attempt === 5) throw error
    }
  }
}

/** A rename survives a power cut only when its folder is synced too. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, "r")
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function sizeOf(path: string): Promise<{ size: number } | undefined> {
  try {
    return await stat(path)
  } catch (error) {
    if (isCode(error, "ENOENT")) return undefined
    throw error
  }
}

async function removeEmptyFolders(from: string, root: string): Promise<void> {
  for (let folder = from; folder.startsWith(root + sep); folder = dirname(folder)) {
    try {
      await rmdir(folder)
    } catch (error) {
      // Not empty, or gone already.
      if (isCode(error, "ENOENT")) continue
      return
    }
  }
}

async function* listFolder(root: string, prefix: string): AsyncIterable<BlobInfo> {
  const start = prefix.slice(0, prefix.lastIndexOf("/") + 1)
  const folder = join(root, toFolderCase(start))
  let names: string[]
  try {
    const entries = await readdir(folder, { recursive: true, withFileTypes: true })
    names = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  } catch (error) {
    if (isCode(error, "ENOENT")) return
    throw new StorageError("blobs.list", { retryable: true, cause: error })
  }
  for (const path of names) {
    const key = fromFolderCase(
      path
        .slice(root.length + 1)
        .split(sep)
        .join("/"),
    )
    if (!key.startsWith(prefix)) continue
    const found = await sizeOf(path)
    if (found) yield { key, size: found.size }
  }
}

/** Some file systems fold case, and ids differ by case alone: `aB` becomes `a+b`. `+` is in no key. */
function toFolderCase(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `+${letter.toLowerCase()}`)
}

function fromFolderCase(path: string): string {
  return path.replace(/\+([a-z])/g, (_, letter: string) => letter.toUpperCase())
}

/** Translates the file system's errors; those of the body, and misuse, pass as they are. */
async function atBorder<T>(op: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (!isSystemError(error)) throw error
    throw new StorageError(op, { retryable: !isCode(error, "EACCES", "EROFS", "EPERM"), cause: error })
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error
}

function isCode(error: unknown, ...codes: string[]): boolean {
  return isSystemError(error) && error.code !== undefined && codes.includes(error.code)
}
