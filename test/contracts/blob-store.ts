import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { BlobStore } from "../../src/shares/ports.ts"
import { ticketContract } from "./blob-store-tickets.ts"
import { versionContract } from "./blob-store-versions.ts"
import { chunks, collect, failing, listed, patternOf, text } from "./blobs.ts"

export interface OpenedStore {
  store: BlobStore
  /** The same store by another clock: what it does has happened then. */
  at(now: () => number): Promise<BlobStore>
  /** What is stored of bodies that no listing shows. */
  leftovers(): Promise<string[]>
  close(): Promise<void>
}

/** What every BlobStore does, whatever it stands on. */
export function blobStoreContract(name: string, open: () => Promise<OpenedStore>) {
  describe(`blob store: ${name}`, () => {
    let opened: OpenedStore
    let store: BlobStore
    beforeAll(async () => {
      opened = await open()
      store = opened.store
    })
    afterAll(() => opened?.close())

    test("gives back what was put, and says its size", async () => {
      const info = await store.put("shares/a/segments/1.br", chunks("one ", "two"))
      expect(info).toEqual({ key: "shares/a/segments/1.br", size: 7 })
      expect(await text(store, "shares/a/segments/1.br")).toBe("one two")
    })

    test("has nothing under a key that was never put", async () => {
      expect(await store.get("shares/none/x")).toBeUndefined()
      expect(await store.head("shares/none/x")).toBeUndefined()
    })

    test("says what is there without reading it", async () => {
      await store.put("shares/h/1", chunks("seven b"))
      expect(await store.head("shares/h/1")).toMatchObject({ key: "shares/h/1", size: 7 })
      expect(await store.head("shares/h")).toBeUndefined()
    })

    test("takes an empty body", async () => {
      expect(await store.put("shares/e/1", chunks())).toEqual({ key: "shares/e/1", size: 0 })
      expect(await text(store, "shares/e/1")).toBe("")
      expect(await store.head("shares/e/1")).toMatchObject({ key: "shares/e/1", size: 0 })
    })

    test("keeps nothing of a body that fails, and passes its error on", async () => {
      await expect(store.put("shares/b/1", failing(100_000, "the sender went away"))).rejects.toThrow(
        "the sender went away",
      )
      expect(await store.get("shares/b/1")).toBeUndefined()
      expect(await listed(store, "shares/b/")).toEqual([])
    })

    test("keeps what was there when a second body for the key fails", async () => {
      await store.put("shares/b2/1", chunks("first"))
      await expect(store.put("shares/b2/1", failing(1, "no"))).rejects.toThrow("no")
      expect(await text(store, "shares/b2/1")).toBe("first")
    })

    test("lists what begins with the prefix, and nothing else", async () => {
      for (const key of ["shares/c/1", "shares/c/deep/er/2", "shares/cc/3"]) await store.put(key, chunks("x"))
      expect(await listed(store, "shares/c/")).toMatchObject([
        { key: "shares/c/1", size: 1 },
        { key: "shares/c/deep/er/2", size: 1 },
      ])
    })

    test("tells keys apart that differ by case alone", async () => {
      await store.put("shares/Abc/1", chunks("upper"))
      await store.put("shares/abc/1", chunks("lower"))
      expect(await text(store, "shares/Abc/1")).toBe("upper")
      expect(await text(store, "shares/abc/1")).toBe("lower")
      expect(await listed(store, "shares/Abc/")).toMatchObject([{ key: "shares/Abc/1", size: 5 }])
    })

    test("deletes, also what is not there", async () => {
      await store.put("shares/d/1", chunks("x"))
      await store.delete("shares/d/1")
      await store.delete("shares/d/1")
      expect(await store.get("shares/d/1")).toBeUndefined()
      expect(await listed(store, "shares/d/")).toEqual([])
    })

    test("refuses keys that are not keys", async () => {
      for (const key of ["../x", "/x", "a//b", "a/../b", "a/\0", "", "a b", ".hidden", "a..b"]) {
        await expect(store.put(key, chunks("x")), key).rejects.toThrow(TypeError)
      }
    })

    test("puts, lists and deletes side by side without losing anything", async () => {
      const keys = Array.from({ length: 40 }, (_, i) => `shares/p/${i % 4}/${i}`)
      await Promise.all(
        keys.map(async (key, i) => {
          await store.put(key, chunks("x"))
          if (i % 2) await store.delete(key)
        }),
      )
      const left = (await listed(store, "shares/p/")).map((info) => info.key)
      expect(left).toEqual(keys.filter((_, i) => i % 2 === 0).sort())
    })

    test("lists more than a page of S3 holds, each object once", async () => {
      const keys = Array.from({ length: 1_010 }, (_, i) => `shares/many/${String(i).padStart(4, "0")}`)
      for (let i = 0; i < keys.length; i += 50) {
        await Promise.all(keys.slice(i, i + 50).map((key) => store.put(key, chunks("x"))))
      }
      expect((await listed(store, "shares/many/")).map(({ key }) => key)).toEqual(keys)
    })

    test("stops listing when nobody wants more", async () => {
      for await (const { key } of store.list("shares/many/")) {
        expect(key).toMatch(/^shares\/many\//)
        break
      }
    })

    test("holds more than fits one part of an upload", async () => {
      const big = patternOf(20 * 1024 * 1024 + 7)
      const pieces = chunks(big.subarray(0, 3), big.subarray(3, 9_000_000), big.subarray(9_000_000))
      expect(await store.put("shares/big/1", pieces)).toEqual({ key: "shares/big/1", size: big.byteLength })
      expect(await store.head("shares/big/1")).toMatchObject({ key: "shares/big/1", size: big.byteLength })
      expect(Buffer.compare(await collect(await store.get("shares/big/1")), big)).toBe(0)
    })

    test("lets a reader leave in the middle", async () => {
      for await (const chunk of (await store.get("shares/big/1")) ?? chunks()) {
        expect(chunk.byteLength).toBeGreaterThan(0)
        break
      }
    })

    test("keeps nothing of a large body that fails, nor any part of it", async () => {
      const broken = failing(20 * 1024 * 1024, "the sender went away")
      await expect(store.put("shares/big/2", broken)).rejects.toThrow("the sender went away")
      expect(await store.head("shares/big/2")).toBeUndefined()
      expect(await opened.leftovers()).toEqual([])
    })

    versionContract(() => opened)
    ticketContract(() => opened)
  })
}
