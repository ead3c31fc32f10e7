import { randomBytes } from "node:crypto"
import { link, open, readFile, rename, rm, stat, utimes } from "node:fs/promises"
import { join } from "node:path"
import { makeFolder } from "../files.ts"
import { isAlive } from "./is-alive.ts"

/** A lock whose holder has not been heard for this long is anybody's. */
const STALE_MS = 30_000
const BEAT_MS = 5_000

export interface ShareLock {
  /** False once another process has taken it, as from a laptop that slept. */
  isHeld(): Promise<boolean>
  release(): Promise<void>
}

/**
 * The right to send what waits for a share, for one process at a time. Undefined when another one has it. The holder
 * keeps the file's time fresh; one that was killed is known by its number, or by its silence.
 */
export async function takeShareLock(
  folder: string,
  { now, pid }: { now: () => number; pid: number },
): Promise<ShareLock | undefined> {
  await makeFolder(folder)
  const path = join(folder, "lock")
  // The number says whether the holder lives, the rest that it is this one.
  const mark = `${pid} ${randomBytes(8).toString("hex")}`
  if (!(await create(path, mark))) {
    const stale = await staleMark(path, now())
    if (stale === undefined) return undefined
    // Of several who see that it is stale, one gets to rename it.
    const aside = `${path}.${mark.replace(" ", ".")}.part`
    try {
      await rename(path, aside)
    } catch {
      return undefined
    }
    // Somebody else was here between the look and the renaming: what was taken aside is the lock of one who lives.
    const taken = await readFile(aside, "utf8").catch(() => "")
    if (taken !== stale) {
      await link(aside, path).catch(() => {})
      await rm(aside, { force: true })
      return undefined
    }
    await rm(aside, { force: true })
    if (!(await create(path, mark))) return undefined
  }
  const isHeld = async () => (await readFile(path, "utf8").catch(() => undefined)) === mark
  const beat = setInterval(async () => {
    const time = now() / 1000
    if (await isHeld()) await utimes(path, time, time).catch(() => {})
  }, BEAT_MS)
  beat.unref()
  return {
    isHeld,
    async release() {
      clearInterval(beat)
      if (await isHeld()) await rm(path, { force: true })
    },
  }
}

async function create(path: string, mark: string): Promise<boolean> {
  try {
    const file = await open(path, "wx", 0o600)
    await file.writeFile(mark)
    await file.close()
    return true
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false
    throw error
  }
}

/** What is in a lock that is nobody's any more. */
async function staleMark(path: string, now: number): Promise<string | undefined> {
  try {
    const [{ mtimeMs }, text] = await Promise.all([stat(path), readFile(path, "utf8")])
    const silent = now - mtimeMs > STALE_MS
    return silent || (text !== "" && !isAlive(Number.parseInt(text, 10))) ? text : undefined
  } catch {
    // It has just been released.
    return undefined
  }
}
