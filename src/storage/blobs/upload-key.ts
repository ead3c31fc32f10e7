import { randomBytes, randomUUID } from "node:crypto"
import { link, readFile, rm } from "node:fs/promises"
import { dirname } from "node:path"
import { isCode, syncFolder, writeSynced } from "./whole-file.ts"

const BYTES = 32

/** The key that this instance signs tickets with: made at the first start, kept in a file that only its user reads. */
export async function provideUploadKey(path: string): Promise<Buffer> {
  return (await readKey(path)) ?? (await makeKey(path))
}

async function readKey(path: string): Promise<Buffer | undefined> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    if (isCode(error, "ENOENT")) return undefined
    throw error
  })
  if (text === undefined) return undefined
  const key = Buffer.from(text.trim(), "base64url")
  if (key.byteLength !== BYTES) {
    throw new Error(`${path} holds no upload key. Remove it: the next start makes another one.`)
  }
  return key
}

/** Whole under its name or not there at all; of two makers one wins, and both use that one's. */
async function makeKey(path: string): Promise<Buffer> {
  const key = randomBytes(BYTES)
  const draft = `${path}.${randomUUID()}`
  await writeSynced(draft, [Buffer.from(`${key.toString("base64url")}\n`)])
  try {
    await link(draft, path)
    await syncFolder(dirname(path))
    return key
  } catch (error) {
    const other = isCode(error, "EEXIST") ? await readKey(path) : undefined
    if (other) return other
    throw error
  } finally {
    await rm(draft, { force: true })
  }
}
