import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { itemsOf } from "../../../test/items.ts"
import { TEST_KEYS } from "../../../test/test-keys.ts"
import { createLog } from "../../host/log.ts"
import { createMachine } from "../../host/machine.ts"
import type { Item } from "../../protocol/item.ts"
import { openFileStore } from "../../storage/blobs/file.ts"
import { openSqliteStore } from "../../storage/meta/sqlite.ts"
import { createInProcessNotifier } from "../../storage/notifier/in-process.ts"
import { type BlobStore, type MetaStore, StorageError } from "../ports.ts"
import { objectPrefix } from "../segment.ts"
import { createShares, type Shares } from "../shares.ts"

let folder: string
let meta: MetaStore
let blobs: BlobStore
let failing: Set<keyof BlobStore>
let shares: Shares

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "better-share-revoke-"))
  meta = await openSqliteStore({ file: join(folder, "meta.db"), migrate: true })
  blobs = await openFileStore({ root: folder, baseUrl: "http://127.0.0.1" })
  failing = new Set()
  shares = createShares({
    meta,
    blobs: failable(blobs),
    notifier: createInProcessNotifier(),
    machine: createMachine(),
    log: createLog("silent"),
    keys: TEST_KEYS,
    maxShareBytes: 1024 * 1024,
  })
})

afterEach(async () => {
  await meta.close()
  await rm(folder, { recursive: true, force: true })
})

/** The real store, until the test makes one of its operations fail. */
function failable(store: BlobStore): BlobStore {
  return new Proxy(store, {
    get(target, op: keyof BlobStore) {
      if (!failing.has(op)) return target[op]
      return () => {
        throw new StorageError(`blobs.${op}`, { retryable: true, cause: new Error("the disk is away") })
      }
    },
  })
}

async function* once<T>(value: T): AsyncIterable<T> {
  yield value
}

async function stored(shareID: string): Promise<number> {
  let count = 0
  for await (const _ of blobs.list(objectPrefix({ id: shareID, generation: 0 }))) count++
  return count
}

async function filledShare() {
  const created = await shares.create({ sessionID: "ses_1", creator: "me", address: "here" })
  const { session, user } = itemsOf("ses_1")
  for (const item of [session(), user("m")]) {
    await shares.append({ shareID: created.id, secret: created.secret, items: once([item]) })
  }
  return { shareID: created.id, secret: created.secret }
}

test("[D3] a deletion that fails is told as unfinished, goes on later, and counts everything once", async () => {
  const share = await filledShare()
  failing.add("delete")
  const first = await shares.revoke(share)
  expect(first).toMatchObject({ objects: 2, final: false })
  expect(await stored(share.shareID)).toBe(2)
  await expect(shares.read(share.shareID)).rejects.toMatchObject({ code: "gone" })

  failing.clear()
  await shares.resumeDeletions()
  expect(await stored(share.shareID)).toBe(0)
  expect(await shares.revoke(share)).toMatchObject({ objects: 2, bytes: first.bytes, final: true })
})

test("[D2] repeating an unfinished deletion tries it again", async () => {
  const share = await filledShare()
  failing.add("list")
  expect(await shares.revoke(share)).toMatchObject({ final: false })
  failing.clear()
  expect(await shares.revoke(share)).toMatchObject({ objects: 2, final: true })
  expect(await stored(share.shareID)).toBe(0)
})

for (const [name, size] of [
  ["small", 10],
  ["large", 200_000],
] as const) {
  test(`[D6] a ${name} sync that is still arriving ends with the deletion, and stores nothing`, async () => {
    const share = await filledShare()
    const { text } = itemsOf("ses_1")
    let waiting = (): void => {}
    const stalled = new Promise<void>((resolve) => {
      waiting = resolve
    })
    async function* slowly(): AsyncIterable<Item[]> {
      yield [text("m", "p", "x".repeat(size))]
      waiting()
      // The sender falls silent for good.
      await new Promise(() => {})
    }
    const append = shares.append({ ...share, items: slowly() })
    const failed = expect(append).rejects.toMatchObject({ code: "gone" })
    await stalled
    expect(await shares.revoke(share)).toMatchObject({ objects: 2, final: true })
    await failed
    expect(await stored(share.shareID)).toBe(0)
  })
}

test("[D6] a sync that waits while another node revokes its share puts no object at all", async () => {
  const share = await filledShare()
  const { text } = itemsOf("ses_1")
  let arrive = (): void => {}
  const arrived = new Promise<void>((resolve) => {
    arrive = resolve
  })
  async function* late(): AsyncIterable<Item[]> {
    await arrived
    yield [text("m", "p", "late words")]
  }
  const append = shares.append({ ...share, items: late() })
  await meta.revoke({ shareID: share.shareID, generation: 0 }, Date.now())
  // A put would now fail in another way than the revocation does.
  failing.add("put")
  arrive()
  await expect(append).rejects.toMatchObject({ code: "gone" })
})

test("[D1] what is read while its share is revoked is not shown, nor kept", async () => {
  const share = await filledShare()
  shares.forget(share.shareID)
  const reading = shares.read(share.shareID)
  const failed = expect(reading).rejects.toMatchObject({ code: "gone" })
  await shares.revoke(share)
  await failed
})

test("[S3] a share has a size that it may not exceed", async () => {
  const share = await filledShare()
  const { text } = itemsOf("ses_1")
  const sync = (id: string) => shares.append({ ...share, items: once([text("m", id, "x".repeat(400_000))]) })
  await sync("p1")
  await sync("p2")
  await expect(sync("p3")).rejects.toMatchObject({ code: "too_large" })
  expect(await stored(share.shareID)).toBe(4)
  // The same part again, with as much in it, makes it no larger.
  await shares.append({ ...share, items: once([text("m", "p2", "y".repeat(400_000))]) })
})
