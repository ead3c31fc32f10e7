import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { TEST_KEYS } from "../../../test/test-keys.ts"
import { createLog } from "../../host/log.ts"
import { createMachine } from "../../host/machine.ts"
import { openFileStore } from "../../storage/blobs/file.ts"
import { openSqliteStore } from "../../storage/meta/sqlite.ts"
import { createInProcessNotifier } from "../../storage/notifier/in-process.ts"
import type { BlobStore, MetaStore } from "../ports.ts"
import { plainKey } from "../segment.ts"
import { createShares, type Shares } from "../shares.ts"
import { LATE_UPLOAD_MS, PLAIN_TICKET_MS } from "../upload-times.ts"

const SESSION = "ses_1"

let folder: string
let meta: MetaStore
let blobs: BlobStore
let shares: Shares
let now: number
let asked: { heads: number; gets: number }

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "better-share-plain-"))
  meta = await openSqliteStore({ file: join(folder, "meta.db"), migrate: true })
  blobs = await openFileStore({ root: folder, baseUrl: "http://127.0.0.1" })
  now = Date.now()
  asked = { heads: 0, gets: 0 }
  shares = createShares({
    meta,
    blobs: counted(blobs),
    notifier: createInProcessNotifier(),
    machine: { ...createMachine(), now: () => now },
    log: createLog("silent"),
    keys: TEST_KEYS,
    maxShareBytes: 1024 * 1024,
  })
})
afterEach(async () => {
  await meta.close()
  await rm(folder, { recursive: true, force: true })
})

function counted(store: BlobStore): BlobStore {
  return {
    ...store,
    head(key) {
      asked.heads++
      return store.head(key)
    },
    get(key) {
      asked.gets++
      return store.get(key)
    },
  }
}

async function* bytesOf(text: string): AsyncIterable<Uint8Array> {
  yield new TextEncoder().encode(text)
}

async function newShare(content: string): Promise<string> {
  const who = { creator: "me", address: "here", shareID: undefined, tickets: undefined }
  const { share } = await shares.reserve({ sessionID: SESSION, ...who })
  await blobs.put(plainKey(share), bytesOf(content))
  return share.id
}

const EMPTY = JSON.stringify({ session: { id: SESSION }, messages: [] })

test("[F3] while the URL can be used, readers look once a second; when it cannot, nobody looks any more", async () => {
  const id = await newShare(EMPTY)
  const looks = async (reads: number) => {
    const before = asked.heads
    for (let i = 0; i < reads; i++) await shares.find(id)
    return asked.heads - before
  }
  expect(await looks(20)).toBe(1)
  now += 999
  expect(await looks(20)).toBe(0)
  now += 1
  expect(await looks(20)).toBe(1)
  now += PLAIN_TICKET_MS + LATE_UPLOAD_MS
  expect(await looks(20)).toBe(1)
  now += 24 * 3600_000
  expect(await looks(20)).toBe(0)
})

test("[F3] readers at once look together", async () => {
  const id = await newShare(EMPTY)
  await Promise.all(Array.from({ length: 20 }, () => shares.find(id)))
  expect(asked.heads).toBe(1)
  expect((await shares.find(id)).revision).toBe(1)
})

test("[F5] what cannot be shown is read once a version", async () => {
  const id = await newShare("no JSON")
  for (let i = 0; i < 5; i++) {
    await expect(shares.read(id)).rejects.toMatchObject({ code: "unreadable" })
    now += 5_000
  }
  expect(asked.gets).toBe(1)
})
