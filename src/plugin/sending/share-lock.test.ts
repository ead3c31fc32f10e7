import { mkdtemp, readFile, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type ShareLock, takeShareLock } from "./share-lock.ts"

let folder: string
const held: ShareLock[] = []
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "better-share-lock-"))
})
afterEach(async () => {
  for (const lock of held.splice(0)) await lock.release()
  await rm(folder, { recursive: true, force: true })
})

async function take({ pid = process.pid, ahead = 0 } = {}): Promise<ShareLock | undefined> {
  const lock = await takeShareLock(folder, { now: () => Date.now() + ahead, pid })
  if (lock) held.push(lock)
  return lock
}

test("one at a time, also of twenty that ask at once", async () => {
  const taken = await Promise.all(Array.from({ length: 20 }, () => take()))
  const [holder] = taken.filter((lock) => lock !== undefined)
  expect(taken.filter(Boolean)).toHaveLength(1)
  expect(await holder?.isHeld()).toBe(true)
  await holder?.release()
  expect(await take()).toBeDefined()
})

test("that of a process that is no more, or is silent, is anybody's; its holder finds that out", async () => {
  const dead = await take({ pid: 2 ** 22 + 1 })
  const next = await take()
  expect(next).toBeDefined()
  expect(await dead?.isHeld()).toBe(false)
  // Who wakes up late does not take away what is another's by now.
  await dead?.release()
  expect(await next?.isHeld()).toBe(true)
  expect(await take()).toBeUndefined()
  const later = await take({ ahead: 31_000 })
  expect(later).toBeDefined()
  expect(await next?.isHeld()).toBe(false)
  expect(await readFile(join(folder, "lock"), "utf8")).toContain(String(process.pid))
})
