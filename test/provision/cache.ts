import { existsSync } from "node:fs"
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises"
import { homedir } from "node:os"
import { join } from "node:path"

/** Where things too big to install for every checkout are kept. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.BETTER_SHARE_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "better-share")
}

/**
 * The folder `name` of the cache, filled by `fill` when it is not there yet. A folder under that name is always
 * complete: it is filled under another name and renamed, so an interrupted run leaves nothing that looks done,
 * and of two runs at once the second uses what the first has made.
 */
export async function cached(name: string, fill: (folder: string) => Promise<void>): Promise<string> {
  const target = join(cacheFolder(), name)
  if (existsSync(target)) return target
  await mkdir(cacheFolder(), { recursive: true })
  const draft = await mkdtemp(join(cacheFolder(), `.${name}-`))
  try {
    await fill(draft)
    await rename(draft, target).catch((error: unknown) => {
      if (!existsSync(target)) throw error
    })
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
  return target
}
