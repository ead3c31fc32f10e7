import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { lockDataDir } from "../../src/storage/data-dir-lock.ts"
import { openSqliteStore } from "../../src/storage/meta/sqlite.ts"
import { metaStoreContract } from "./meta-store.ts"

metaStoreContract("SQLite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "better-share-meta-"))
  const store = await openSqliteStore({ file: join(folder, "meta.db") })
  return {
    ...store,
    async close() {
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
})

test("what was committed is there after opening the file again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "better-share-meta-"))
  const file = join(folder, "meta.db")
  const first = await openSqliteStore({ file })
  await first.createShare({
    id: "a",
    sessionID: "s",
    secretHash: "h",
    creator: "c",
    address: "d",
    createdAt: 1,
  })
  await first.close()
  const second = await openSqliteStore({ file })
  expect(await second.findShare("a")).toMatchObject({ sessionID: "s" })
  await second.close()
  await rm(folder, { recursive: true, force: true })
})

test("a data folder has one process at a time", async () => {
  const folder = await mkdtemp(join(tmpdir(), "better-share-lock-"))
  const lock = lockDataDir(folder)
  expect(() => lockDataDir(folder)).toThrow("Another Better Share is running on the data folder")
  lock.release()
  lockDataDir(folder).release()
  await rm(folder, { recursive: true, force: true })
})
