import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "libsql"
import { expect, test } from "vitest"
import { lockDataDir } from "../../src/storage/data-dir-lock.ts"
import { openSqliteStore } from "../../src/storage/meta/sqlite.ts"
import { newShare } from "./meta-bench.ts"
import { metaStoreContract } from "./meta-store.ts"

metaStoreContract("SQLite", async () => {
  const folder = await mkdtemp(join(tmpdir(), "better-share-meta-"))
  const store = await openSqliteStore({ file: join(folder, "meta.db"), migrate: true })
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
  const first = await openSqliteStore({ file, migrate: true })
  const share = newShare()
  await first.createShare(share)
  await first.close()
  const second = await openSqliteStore({ file, migrate: true })
  expect(await second.findShare(share.id)).toMatchObject({ sessionID: share.sessionID })
  await second.close()
  await rm(folder, { recursive: true, force: true })
})

test("what another process holds locked may be tried again", async () => {
  const folder = await mkdtemp(join(tmpdir(), "better-share-meta-"))
  const file = join(folder, "meta.db")
  const store = await openSqliteStore({ file, migrate: true })
  const other = new Database(file)
  other.exec("begin exclusive")
  const secret = { shareID: "a", hash: "h", scope: "write", createdAt: 1 } as const
  await expect(store.addSecret(secret)).rejects.toMatchObject({
    name: "StorageError",
    op: "meta.addSecret",
    retryable: true,
  })
  other.exec("rollback")
  other.close()
  await store.close()
  await rm(folder, { recursive: true, force: true })
})

test("unfinished deletions are found without looking through the finished ones", async () => {
  const folder = await mkdtemp(join(tmpdir(), "better-share-meta-"))
  const file = join(folder, "meta.db")
  await (await openSqliteStore({ file, migrate: true })).close()
  const database = new Database(file)
  const plan = database
    .prepare("explain query plan select * from deletions where finished_at is null")
    .all() as { detail: string }[]
  database.close()
  expect(plan.map(({ detail }) => detail).join()).toContain("USING INDEX deletions_unfinished")
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
