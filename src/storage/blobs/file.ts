import { randomUUID } from "node:crypto"
import { constants, createReadStream, type Stats } from "node:fs"
import { access, mkdir, readdir, rm, rmdir, stat } from "node:fs/promises"
import { dirname, join, sep } from "node:path"
import { type BlobStore, StorageError, type StoredBlob, type UploadDoor } from "../../shares/ports.ts"
import { createFileDoor } from "./file-door.ts"
import { createFileTickets } from "./file-tickets.ts"
import { checkKey } from "./object-key.ts"
import { provideUploadKey } from "./upload-key.ts"
import { isCode, isSystemError, moveInto, moveIntoFree, writeSynced } from "./whole-file.ts"

export interface FileStoreOptions {
  /** Folder of the objects and of the key that signs tickets; made when missing. */
  root: string
  /** Where people reach the API, without a slash at the end: tickets lead there. */
  baseUrl: string
  /** Milliseconds since the epoch; the machine's clock unless told. */
  now?: () => number
  /** Whether a server may be writing there at this moment: then what it is at is left alone. */
  guest?: boolean
}

/** A store whose tickets lead to the API, which hands what arrives there to `uploads`. */
export interface FileStore extends BlobStore {
  uploads: UploadDoor
  /** Throws when the folder is gone or takes nothing. */
  probe(): Promise<void>
}

/**
 * Objects as files, for a single process. A file is written beside its place, synced, and moved into it, so that a
 * key either holds a whole object or nothing.
 */
export async function openFileStore({
  root,
  baseUrl,
  now = Date.now,
  guest = false,
}: FileStoreOptions): Promise<FileStore> {
  const objects = join(root, "objects")
  const partial = join(root, "partial")
  // What a crash left half-written. The folder has one process, so nobody is writing there now.
  if (!guest) await rm(partial, { recursive: true, force: true })
  await mkdir(partial, { recursive: true })
  const signingKey = await provideUploadKey(join(root, "upload.key"))
  const tickets = createFileTickets({ signingKey, baseUrl, now })

  function pathOf(key: string): string {
    return join(objects, ...toFolderCase(checkKey(key)).split("/"))
  }

  async function write(body: AsyncIterable<Uint8Array>): Promise<{ temporary: string; size: number }> {
    const temporary = join(partial, randomUUID())
    return { temporary, size: await writeSynced(temporary, body) }
  }

  const store: BlobStore = {
    put: (key, body) =>
      atBorder("blobs.put", async () => {
        const path = pathOf(key)
        const { temporary, size } = await write(body)
        await moveInto(temporary, path)
        return { key, size }
      }),

    get: (key) =>
      atBorder("blobs.get", async () => {
        const path = pathOf(key)
        if (!(await statFile(path))) return undefined
        return readFrom(path)
      }),

    head: (key) =>
      atBorder("blobs.head", async () => {
        const found = await statFile(pathOf(key))
        return found && toBlob(key, found)
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

    ticket: async (request) => tickets.issue(request),
  }

  const uploads = createFileDoor({
    tickets,
    exists: async (key) => (await store.head(key)) !== undefined,
    put: store.put,
    putNew: (key, body) =>
      atBorder("blobs.put", async () => {
        const path = pathOf(key)
        const { temporary } = await write(body)
        return moveIntoFree(temporary, path)
      }),
  })

  // Every object is begun there.
  return { ...store, uploads, probe: () => access(partial, constants.R_OK | constants.W_OK) }
}

async function* readFrom(path: string): AsyncIterable<Uint8Array> {
  try {
    yield* createReadStream(path, { highWaterMark: 256 * 1024 })
  } catch (error) {
    throw new StorageError("blobs.get", { retryable: true, cause: error })
  }
}

function toBlob(key: string, { size, mtimeMs, ino }: Stats): StoredBlob {
  // A file is never written in place, so another body is another file.
  return { key, size, version: `${ino}-${mtimeMs}-${size}`, modifiedAt: Math.floor(mtimeMs / 1000) * 1000 }
}

async function statFile(path: string): Promise<Stats | undefined> {
  try {
    const found = await stat(path)
    return found.isFile() ? found : undefined
  } catch (error) {
    if (isCode(error, "ENOENT", "ENOTDIR")) return undefined
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

async function* listFolder(root: string, prefix: string): AsyncIterable<StoredBlob> {
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
    const found = await statFile(path)
    if (found) yield toBlob(key, found)
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
