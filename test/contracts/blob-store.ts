import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { BlobInfo, BlobStore } from "../../src/shares/ports.ts"

/** What every BlobStore does, whatever it stands on. */
export function blobStoreContract(
  name: string,
  open: () => Promise<{ store: BlobStore; close(): Promise<void> }>,
) {
  describe(`blob store: ${name}`, () => {
    let store: BlobStore
    let close: () => Promise<void>
    beforeAll(async () => {
      ;({ store, close } = await open())
    })
    afterAll(() => close())

    test("gives back what was put, and says its size", async () => {
      const info = await store.put("shares/a/segments/1.br", chunks("one ", "two"))
      expect(info).toEqual({ key: "shares/a/segments/1.br", size: 7 })
      expect(await text(store, "shares/a/segments/1.br")).toBe("one two")
    })

    test("has nothing under a key that was never put", async () => {
      expect(await store.get("shares/none/x")).toBeUndefined()
    })

    test("keeps nothing of a body that fails, and passes its error on", async () => {
      const failing = (async function* () {
        yield new Uint8Array(100_000)
        throw new Error("the sender went away")
      })()
      await expect(store.put("shares/b/1", failing)).rejects.toThrow("the sender went away")
      expect(await store.get("shares/b/1")).toBeUndefined()
      expect(await listed(store, "shares/b/")).toEqual([])
    })

    test("keeps what was there when a second body for the key fails", async () => {
      await store.put("shares/b2/1", chunks("first"))
      const failing = (async function* () {
        yield new Uint8Array(1)
        throw new Error("no")
      })()
      await expect(store.put("shares/b2/1", failing)).rejects.toThrow("no")
      expect(await text(store, "shares/b2/1")).toBe("first")
    })

    test("lists what begins with the prefix, and nothing else", async () => {
      for (const key of ["shares/c/1", "shares/c/deep/er/2", "shares/cc/3"]) await store.put(key, chunks("x"))
      expect(await listed(store, "shares/c/")).toEqual([
        { key: "shares/c/1", size: 1 },
        { key: "shares/c/deep/er/2", size: 1 },
      ])
    })

    test("tells keys apart that differ by case alone", async () => {
      await store.put("shares/Abc/1", chunks("upper"))
      await store.put("shares/abc/1", chunks("lower"))
      expect(await text(store, "shares/Abc/1")).toBe("upper")
      expect(await text(store, "shares/abc/1")).toBe("lower")
      expect(await listed(store, "shares/Abc/")).toEqual([{ key: "shares/Abc/1", size: 5 }])
    })

    test("deletes, also what is not there", async () => {
      await store.put("shares/d/1", chunks("x"))
      await store.delete("shares/d/1")
      await store.delete("shares/d/1")
      expect(await store.get("shares/d/1")).toBeUndefined()
      expect(await listed(store, "shares/d/")).toEqual([])
    })

    test("refuses keys that are not keys", async () => {
      for (const key of ["../x", "/x", "a//b", "a/../b", "a/\0", "", "a b", ".hidden"]) {
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

    test("holds more than fits one chunk", async () => {
      const big = new Uint8Array(5 * 1024 * 1024).map((_, i) => i % 251)
      await store.put("shares/big/1", chunks(big.subarray(0, 3_000_000), big.subarray(3_000_000)))
      const read = await store.get("shares/big/1")
      expect(Buffer.compare(await collect(read ?? chunks()), big)).toBe(0)
    })
  })
}

async function* chunks(...parts: (string | Uint8Array)[]): AsyncIterable<Uint8Array> {
  for (const part of parts) yield typeof part === "string" ? new TextEncoder().encode(part) : part
}

async function collect(source: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of source) parts.push(part)
  return Buffer.concat(parts)
}

async function text(store: BlobStore, key: string): Promise<string | undefined> {
  const bytes = await store.get(key)
  return bytes && (await collect(bytes)).toString()
}

async function listed(store: BlobStore, prefix: string): Promise<BlobInfo[]> {
  const found: BlobInfo[] = []
  for await (const info of store.list(prefix)) found.push(info)
  return found.sort((a, b) => (a.key < b.key ? -1 : 1))
}
