import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { openFileStore } from "../../src/storage/blobs/file.ts"
import { blobStoreContract } from "./blob-store.ts"

blobStoreContract("files", async () => {
  const root = await mkdtemp(join(tmpdir(), "better-share-blobs-"))
  return { store: await openFileStore({ root }), close: () => rm(root, { recursive: true, force: true }) }
})

test("the file store leaves no partial file and no empty folder behind", async () => {
  const root = await mkdtemp(join(tmpdir(), "better-share-blobs-"))
  const store = await openFileStore({ root })
  const failing = (async function* () {
    yield new Uint8Array(10)
    throw new Error("cut")
  })()
  await expect(store.put("shares/x/1", failing)).rejects.toThrow("cut")
  await store.put("shares/x/2", (async function* () {})())
  await store.delete("shares/x/2")
  expect(await readdir(join(root, "partial"))).toEqual([])
  expect(await readdir(join(root, "objects"))).toEqual([])
  await rm(root, { recursive: true, force: true })
})

test("the file store clears away what a crash left half-written", async () => {
  const root = await mkdtemp(join(tmpdir(), "better-share-blobs-"))
  await openFileStore({ root })
  await writeFile(join(root, "partial", "half"), "x")
  await openFileStore({ root })
  expect(await readdir(join(root, "partial"))).toEqual([])
  await rm(root, { recursive: true, force: true })
})
