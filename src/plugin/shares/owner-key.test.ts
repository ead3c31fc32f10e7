import { mkdtemp, readdir, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, onTestFinished, test } from "vitest"
import { findOwnerKey, openOwnerKey } from "./owner-key.ts"

async function place() {
  const folder = await mkdtemp(join(tmpdir(), "better-share-owner-"))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return { folder, path: join(folder, "owner.json") }
}

test("[O4] no two statements are of the same moment, as each holds once", async () => {
  const owner = await openOwnerKey((await place()).path, () => 1_000)
  const statement = { action: "list", baseUrl: "https://share.example.com" } as const
  expect([1, 2, 3].map(() => owner.prove(statement).at)).toEqual([1_000, 1_001, 1_002])
})

test("looking for a key makes none, and finds the one that was made", async () => {
  const { folder, path } = await place()
  expect(await findOwnerKey(path, Date.now)).toBeUndefined()
  expect(await readdir(folder)).toEqual([])
  const { key } = await openOwnerKey(path, Date.now)
  expect((await findOwnerKey(path, Date.now))?.key).toBe(key)
})
