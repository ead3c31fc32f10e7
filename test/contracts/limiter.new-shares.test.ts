import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import type { Limiter, MetaStore, NewShare } from "../../src/shares/ports.ts"
import { createMemoryLimiter } from "../../src/storage/limiter/memory.ts"
import { limitNewShares } from "../../src/storage/limiter/new-shares.ts"
import { openSqliteStore } from "../../src/storage/meta/sqlite.ts"

let folder: string
let meta: MetaStore
let limiter: Limiter
let byToken: Limiter
let limited: MetaStore

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "better-share-limits-"))
  meta = await openSqliteStore({ file: join(folder, "meta.db"), migrate: true })
  limiter = createMemoryLimiter({ name: "new-shares", limit: 2, windowMs: 60_000 })
  byToken = createMemoryLimiter({ name: "token-new-shares", limit: 3, windowMs: 60_000 })
  limited = limitNewShares(meta, { byAddress: limiter, byToken })
})
afterEach(async () => {
  await meta.close()
  await rm(folder, { recursive: true, force: true })
})

function share(id: string, address = "here"): NewShare {
  const secrets = [{ hash: "secret", scope: "write" }] as const
  return { id, sessionID: "ses_1", door: "native", secrets, creator: "me", address, createdAt: 1 }
}
const remaining = async (address = "here") => (await limiter.peek(address)).remaining

test("a share that is made counts against its address, and what is over the limit is not made", async () => {
  expect(await limited.createShare(share("one"))).toBe(true)
  expect(await limited.createShare(share("two"))).toBe(true)
  await expect(limited.createShare(share("three"))).rejects.toMatchObject({
    name: "LimitReached",
    budget: { name: "new-shares" },
    state: { limit: 2, remaining: 0 },
  })
  expect(await meta.findShare("three")).toBeUndefined()
  expect(await limited.createShare(share("three", "elsewhere"))).toBe(true)
})

test("a share that was made with a token counts against that, and not against its address", async () => {
  for (const id of ["one", "two", "three"])
    expect(await limited.createShare({ ...share(id), tokenID: "theirs" })).toBe(true)
  await expect(limited.createShare({ ...share("four"), tokenID: "theirs" })).rejects.toMatchObject({
    budget: { name: "token-new-shares" },
  })
  expect(await limited.createShare({ ...share("four"), tokenID: "another's" })).toBe(true)
  expect(await remaining()).toBe(2)
})

test("what is not limited is made", async () => {
  const unlimited = limitNewShares(meta, { byAddress: undefined, byToken: undefined })
  expect(await unlimited.createShare(share("one"))).toBe(true)
  expect(await unlimited.createShare({ ...share("two"), tokenID: "theirs" })).toBe(true)
})

test("an id that is given anew counts too", async () => {
  await limited.createShare(share("one"))
  await meta.revoke({ shareID: "one", generation: 0 }, 2)
  expect(await limited.reuseShare(share("one"), { generation: 0, state: "revoked" })).toBe(true)
  expect(await remaining()).toBe(0)
})

test("what is not made does not count", async () => {
  await limited.createShare(share("one"))
  expect(await limited.createShare(share("one"))).toBe(false)
  expect(await limited.reuseShare(share("one"), { generation: 7, state: "revoked" })).toBe(false)
  expect(await remaining()).toBe(1)
})

test("what fails does not count", async () => {
  await meta.close()
  await expect(limited.createShare(share("one"))).rejects.toMatchObject({ name: "StorageError" })
  expect(await remaining()).toBe(2)
  meta = await openSqliteStore({ file: join(folder, "meta.db"), migrate: true })
})
