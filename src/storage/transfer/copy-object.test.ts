import { createHash } from "node:crypto"
import { expect, test } from "vitest"
import { type BlobStore, StorageError } from "../../shares/ports.ts"
import { copyObject } from "./copy-object.ts"

/** A store in memory; `keep` is what becomes of what is put. */
function storeOf(keep: (body: Buffer) => Buffer, version: (body: Buffer) => string) {
  const objects = new Map<string, Buffer>()
  let puts = 0
  const store = {
    async put(key: string, body: AsyncIterable<Uint8Array>) {
      puts++
      const parts: Uint8Array[] = []
      for await (const part of body) parts.push(part)
      objects.set(key, keep(Buffer.concat(parts)))
      return { key, size: 0 }
    },
    async get(key: string) {
      const body = objects.get(key)
      return body && one(body)
    },
    async head(key: string) {
      const body = objects.get(key)
      return body && { key, size: body.length, version: version(body), modifiedAt: 0 }
    },
  }
  return { store: store as unknown as BlobStore, objects, puts: () => puts }
}

async function* one(body: Uint8Array) {
  yield body
}

const md5 = (body: Buffer) => createHash("md5").update(body).digest("hex")
const source = storeOf((body) => body, md5)
source.objects.set("a", Buffer.from("content"))

for (const [name, version] of Object.entries({ "by its ETag": md5, "by reading it back": () => "v1" })) {
  test(`what the target keeps is held against what was read, ${name}`, async () => {
    let flips = 1
    const target = storeOf((body) => (flips-- > 0 ? Buffer.from("cOntent") : body), version)
    const copied = await copyObject("a", { from: source.store, to: target.store })
    expect([copied?.bytes, target.puts(), target.objects.get("a")?.toString()]).toEqual([7, 2, "content"])
    const broken = storeOf(() => Buffer.from("cOntent"), version)
    await expect(copyObject("a", { from: source.store, to: broken.store })).rejects.toThrow(StorageError)
    expect(broken.puts()).toBe(3)
  })
}

test("what the source has not is undefined", async () => {
  expect(await copyObject("b", { from: source.store, to: source.store })).toBeUndefined()
})
