import { randomBytes } from "node:crypto"
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises"
import { dirname } from "node:path"

/** Only this user may read what the plugin keeps: it holds secrets and sessions. */
const FILE_MODE = 0o600
const FOLDER_MODE = 0o700

export async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true, mode: FOLDER_MODE })
}

/** Writes a file whole or not at all, durably: after it resolves, neither a crash nor a power cut loses it. */
export async function writeWhole(path: string, content: string | Uint8Array): Promise<void> {
  await makeFolder(dirname(path))
  const unfinished = `${path}.${randomBytes(6).toString("hex")}${UNFINISHED}`
  try {
    const file = await open(unfinished, "wx", FILE_MODE)
    try {
      await file.writeFile(content)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(unfinished, path)
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {})
    throw error
  }
}

const UNFINISHED = ".part"

/** Undefined when there is no such file. */
export async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8")
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined
    throw error
  }
}

/** Names in a folder, sorted, without what a crash left unfinished; none when there is no folder. */
export async function namesIn(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return []
    throw error
  })
  return names.filter((name) => !name.endsWith(UNFINISHED)).sort()
}

export async function removeFile(path: string): Promise<void> {
  await rm(path, { force: true })
}

export async function removeFolder(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true })
}

/** Appends a line, for logs that people read. */
export async function appendLine(path: string, line: string): Promise<void> {
  await makeFolder(dirname(path))
  const file = await open(path, "a", FILE_MODE)
  try {
    await file.appendFile(`${line}\n`)
  } finally {
    await file.close()
  }
}

/** Whether a failure is the disk's: full, read-only, not ours to write to, or with something else in the way. */
export function isDiskFailure(error: unknown): boolean {
  return DISK_CODES.has((error as NodeJS.ErrnoException | undefined)?.code ?? "")
}

const DISK_CODES = new Set([
  "ENOSPC",
  "EDQUOT",
  "EROFS",
  "EACCES",
  "EPERM",
  "EIO",
  "ENOTDIR",
  "EEXIST",
  "ENOENT",
])
