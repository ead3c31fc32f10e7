import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createLog } from "../src/host/log.ts"
import { createMachine } from "../src/host/machine.ts"
import type { Item } from "../src/protocol/item.ts"
import { LIMITS } from "../src/protocol/limits.ts"
import type { MetaStore } from "../src/shares/ports.ts"
import { createShares } from "../src/shares/shares.ts"
import { openFileStore } from "../src/storage/blobs/file.ts"
import { openSqliteStore } from "../src/storage/meta/sqlite.ts"
import { createInProcessNotifier } from "../src/storage/notifier/in-process.ts"
import { type CountedRequest, countBlobs } from "./counted-blobs.ts"
import { TEST_KEYS } from "./test-keys.ts"

/** What one sync has cost: by itself, and by the merges that followed from it. */
export interface SyncCost {
  own: CountedRequest[]
  merging: CountedRequest[]
  /** Segments in the manifest, before those merges. */
  segments: number
}

/** A share on SQLite and files, without a server before it, so that every sync does the same each time. */
export interface CountedShare {
  /** Resolves when the merges that follow from it have ended as well. */
  sync(items: Item[]): Promise<SyncCost>
  close(): Promise<void>
}

export async function createCountedShare(sessionID: string): Promise<CountedShare> {
  const folder = await mkdtemp(join(tmpdir(), "better-share-counted-"))
  const store = await openSqliteStore({ file: join(folder, "meta.db"), migrate: true })
  const files = await openFileStore({ root: folder, baseUrl: "http://127.0.0.1:1" })
  const { blobs, requests } = countBlobs(files)
  const committed = new Set<string>()
  let live = 0
  const meta: MetaStore = {
    ...store,
    async commit(commit) {
      for (const { objectKey } of commit.segments) committed.add(objectKey)
      const revision = await store.commit(commit)
      live = (await store.segments(commit.shareID)).length
      return revision
    },
  }
  const shares = createShares({
    meta,
    blobs,
    notifier: createInProcessNotifier(),
    machine: createMachine(),
    log: createLog("silent"),
    keys: TEST_KEYS,
    maxShareBytes: LIMITS.shareBytes,
  })
  const { id: shareID, secret } = await shares.create({ sessionID, creator: "me", address: "here" })
  return {
    async sync(items) {
      const before = requests.length
      await shares.append({ shareID, secret, items: once(items) })
      await shares.idle()
      const now = requests.slice(before)
      // A merge reads what syncs have put, and puts what no sync has.
      const isOwn = ({ kind, key }: CountedRequest) => kind !== "get" && committed.has(key)
      return { own: now.filter(isOwn), merging: now.filter((each) => !isOwn(each)), segments: live }
    },
    async close() {
      await shares.stop()
      await store.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

async function* once(items: Item[]): AsyncIterable<Item[]> {
  yield items
}
