import { expect, test } from "vitest"
import type { BlobStore, StoredBlob } from "../../src/shares/ports.ts"
import type { OpenedStore } from "./blob-store.ts"
import { chunks, listed, patternOf } from "./blobs.ts"

/** Between this machine's clock and the store's, and for a body that is long under way. */
const CLOCK_SLACK_MS = 60_000

/** How a store tells one body from another without reading it. */
export function versionContract(opened: () => OpenedStore) {
  async function head(store: BlobStore, key: string): Promise<StoredBlob> {
    const found = await store.head(key)
    if (!found) throw new Error(`there is no object ${key}`)
    return found
  }

  test.each([
    ["an empty body", 0],
    ["a body of one request", 1_000],
    ["a body in parts", 9 * 1024 * 1024],
  ])("head and list say the same of %s", async (_, bytes) => {
    const { store } = opened()
    const key = `versions/same/${bytes}`
    await store.put(key, chunks(patternOf(bytes)))
    const found = await head(store, key)
    expect(await listed(store, key)).toEqual([found])
    expect(found).toEqual({
      key,
      size: bytes,
      version: expect.stringMatching(/^[^"]+$/),
      modifiedAt: expect.any(Number),
    })
    expect(await head(store, key)).toEqual(found)
  })

  test("an object was put about now, to the second", async () => {
    const { store } = opened()
    await store.put("versions/now", chunks("x"))
    const { modifiedAt } = await head(store, "versions/now")
    expect(modifiedAt % 1_000).toBe(0)
    expect(Math.abs(Date.now() - modifiedAt)).toBeLessThan(CLOCK_SLACK_MS)
  })

  test("every body that follows under the key has another version, also one of the same length", async () => {
    const { store } = opened()
    const versions: string[] = []
    for (let i = 0; i < 30; i++) {
      await store.put("versions/next", chunks(`body ${String(i).padStart(2, "0")}`))
      versions.push((await head(store, "versions/next")).version)
    }
    expect(new Set(versions).size).toBe(versions.length)
  })

  test("a body that came by a ticket has a version of its own, too", async () => {
    const { store } = opened()
    const key = "versions/ticket"
    await store.put(key, chunks("one body"))
    const before = await head(store, key)
    const contentType = "application/json"
    const { url, headers } = await store.ticket({ key, contentType, expiresAt: Date.now() + 60_000 })
    const response = await fetch(url, { method: "PUT", headers, body: "two body" })
    expect(response.status).toBe(200)
    const after = await head(store, key)
    expect(after.version).not.toBe(before.version)
    expect(await listed(store, key)).toEqual([after])
  })
}
