import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { createLog } from "../../src/host/log.ts"
import { createMachine } from "../../src/host/machine.ts"
import type { BlobStore, Log, MetaStore } from "../../src/shares/ports.ts"
import { createShares, type Shares } from "../../src/shares/shares.ts"
import { openFileStore } from "../../src/storage/blobs/file.ts"
import { createS3Store } from "../../src/storage/blobs/s3.ts"
import { openPostgresStore } from "../../src/storage/meta/postgres.ts"
import { openSqliteStore } from "../../src/storage/meta/sqlite.ts"
import { createInProcessNotifier } from "../../src/storage/notifier/in-process.ts"
import { createPostgresServer } from "../postgres/server.ts"
import { startStrictS3 } from "../s3/strict-s3.ts"
import { TEST_KEYS } from "../test-keys.ts"

/** A database and a store with real drivers, and a clock that tests move. */
export interface Stack {
  meta: MetaStore
  /** Says when objects were put by the test's clock. */
  blobs: BlobStore
  /** Milliseconds since the epoch. */
  clock: { now: number }
  /** A node's memory, without a server before it: on the stack's own ports unless others are given. */
  node(ports?: Partial<Ports>): Shares
  /** Keys of all objects below a prefix, in order. */
  keys(prefix?: string): Promise<string[]>
  close(): Promise<void>
}

export interface Ports {
  meta: MetaStore
  blobs: BlobStore
  log: Log
}

export const STACKS: Record<string, () => Promise<Stack>> = {
  "SQLite and files": openEmbedded,
  "PostgreSQL and S3": openServers,
}

export async function openEmbedded(): Promise<Stack> {
  const folder = await mkdtemp(join(tmpdir(), "better-share-stack-"))
  const meta = await openSqliteStore({ file: join(folder, "meta.db"), migrate: true })
  const blobs = await openFileStore({ root: folder, baseUrl: "http://127.0.0.1" })
  return stackOf(meta, blobs, async () => {
    await meta.close()
    await rm(folder, { recursive: true, force: true })
  })
}

async function openServers(): Promise<Stack> {
  const [postgres, s3] = await Promise.all([createPostgresServer(), startStrictS3()])
  const url = await postgres.createDatabase()
  const meta = await openPostgresStore({ url, migrate: true, log: createLog("silent") })
  return stackOf(meta, createS3Store({ ...s3, pathStyle: true }), async () => {
    await meta.close()
    await Promise.all([postgres.close(), s3.close()])
  })
}

function stackOf(meta: MetaStore, store: BlobStore, close: () => Promise<void>): Stack {
  const clock = { now: Date.now() }
  const blobs = clocked(store, clock)
  return {
    meta,
    blobs,
    clock,
    node: (ports) =>
      createShares({
        meta,
        blobs,
        notifier: createInProcessNotifier(),
        machine: { ...createMachine(), now: () => clock.now },
        log: createLog("silent"),
        keys: TEST_KEYS,
        maxShareBytes: 64 * 1024 * 1024,
        ...ports,
      }),
    async keys(prefix = "shares/") {
      const found: string[] = []
      for await (const { key } of blobs.list(prefix)) found.push(key)
      return found.sort()
    },
    close,
  }
}

function clocked(store: BlobStore, clock: { now: number }): BlobStore {
  const putAt = new Map<string, number>()
  return {
    ...store,
    async put(key, body) {
      putAt.set(key, clock.now)
      return store.put(key, body)
    },
    async *list(prefix) {
      for await (const object of store.list(prefix)) {
        yield { ...object, modifiedAt: putAt.get(object.key) ?? object.modifiedAt }
      }
    },
  }
}

export async function* once<T>(value: T): AsyncIterable<T> {
  yield value
}
