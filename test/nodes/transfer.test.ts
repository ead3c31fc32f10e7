import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Libsql from "libsql"
import { afterAll, beforeAll, expect, test } from "vitest"
import { databaseFile } from "../../src/host/data-dir.ts"
import { backup, move, restore } from "../../src/host/move.ts"
import { placeOf, type StorageSettings } from "../../src/host/storage-place.ts"
import { objectPrefix, plainKey } from "../../src/shares/segment.ts"
import { openFileStore } from "../../src/storage/blobs/file.ts"
import { copyObjects } from "../../src/storage/transfer/copy-objects.ts"
import { copyRows } from "../../src/storage/transfer/copy-rows.ts"
import { openDatabase } from "../../src/storage/transfer/database.ts"
import { openObjects } from "../../src/storage/transfer/objects.ts"
import { LEFT_BEHIND, TABLES } from "../../src/storage/transfer/tables.ts"
import type { Progress } from "../../src/storage/transfer/transfer.ts"
import { chunks, collect, listed } from "../contracts/blobs.ts"
import { createNativeClient } from "../native-client.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { type StrictS3, startStrictS3 } from "../s3/strict-s3.ts"
import { createWorld, type World } from "../world.ts"
import { goOn, type Life, live, observe } from "./lived-storage.ts"

let folder: string
let postgres: PostgresServer
let s3: StrictS3
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "better-share-move-"))
  ;[postgres, s3] = await Promise.all([createPostgresServer(), startStrictS3()])
})
afterAll(async () => {
  await Promise.all([postgres.close(), s3.close()])
  await rm(folder, { recursive: true, force: true })
})

let names = 0
const newFolder = () => join(folder, `${++names}`)
const embedded = (): StorageSettings => ({ dataDir: newFolder(), databaseUrl: undefined, s3: undefined })

function bucket(prefix = `p${++names}/`): NonNullable<StorageSettings["s3"]> {
  const { endpoint, region, bucket: name, accessKeyID, secretAccessKey } = s3
  return { endpoint, region, bucket: name, accessKeyID, secretAccessKey, pathStyle: true, prefix }
}

async function servers(): Promise<StorageSettings> {
  return { dataDir: newFolder(), databaseUrl: await postgres.createDatabase(), s3: bucket() }
}

/** A server on a storage, which others can reach. */
const serverOn = (storage: StorageSettings) => createWorld({ ...storage, host: "0.0.0.0" })

async function withServer<T>(storage: StorageSettings, use: (world: World) => Promise<T>): Promise<T> {
  const world = await serverOn(storage)
  try {
    return await use(world)
  } finally {
    await world.stop()
  }
}

const seenOn = (storage: StorageSettings, life: Life) => withServer(storage, (world) => observe(world, life))

/** One life, which is carried from place to place. */
let origin: StorageSettings
let life: Life
let seen: object
beforeAll(async () => {
  origin = embedded()
  await withServer(origin, async (world) => {
    life = await live(world)
    seen = await observe(world, life)
  })
})

test("a storage is moved to PostgreSQL and S3, backed up while it runs, restored, and moved to another bucket", async () => {
  const [there, copy, back] = [await servers(), embedded(), await servers()]
  const progress: Progress[] = []
  const moved = await move({ config: origin, to: there, onProgress: (step) => void progress.push(step) })
  expect(moved).toMatchObject({ resumed: false, kept: 0, faults: 0 })
  expect(moved.copied).toBe(s3.keys().length)
  expect(moved.leftBehind).toBeGreaterThan(0)
  expect(progress.at(-1)).toEqual({
    phase: "objects",
    done: moved.copied,
    total: moved.copied,
    bytes: moved.bytes,
  })
  await withServer(there, async (world) => {
    expect(await observe(world, life)).toEqual(seen)
    expect(await backup({ config: there, folder: copy.dataDir })).toMatchObject({ faults: 0 })
    await goOn(world, life)
  })
  // What was written behind the backup is not in it.
  await withServer(copy, async (world) => {
    expect(await observe(world, life)).toEqual(seen)
    expect(await backup({ config: copy, folder: newFolder() })).toMatchObject({ faults: 0, leftBehind: 0 })
  })
  expect(await restore({ config: back, folder: copy.dataDir })).toMatchObject({ faults: 0 })
  // From there the bucket alone.
  const further = { ...back, s3: bucket() }
  const again = await move({ config: back, to: further })
  expect(again).toMatchObject({ rows: 0, faults: 0, leftBehind: 0, copied: moved.copied })
  await withServer(further, async (world) => {
    expect(await observe(world, life)).toEqual(seen)
    await goOn(world, life)
  })
})

async function brokenOff(config: StorageSettings, to: StorageSettings, steps: number): Promise<boolean> {
  const control = new AbortController()
  let left = steps
  const onProgress = () => {
    if (--left === 0) control.abort(new Error("broken off"))
  }
  try {
    await move({ config, to, signal: control.signal, onProgress })
    return false
  } catch (error) {
    expect(String(error)).toContain("broken off")
    return true
  }
}

test("every table is carried along or left behind on purpose", async () => {
  const { db, close } = await openDatabase({ file: join(newFolder(), "empty.db") }, { migrate: true })
  const tables = await db.introspection.getTables()
  await close()
  const named = [...TABLES.map(({ name }) => name), ...LEFT_BEHIND]
  expect(named.sort()).toEqual(tables.map(({ name }) => name).sort())
})

test("broken off anywhere, a move serves nothing, and the next one goes on", async () => {
  for (const { to, stride } of [
    { to: embedded(), stride: 9 },
    { to: await servers(), stride: 20 },
  ]) {
    // Each attempt comes further than the last one.
    for (let steps = 1; await brokenOff(origin, to, steps); steps += stride) {
      await expect(serverOn(to)).rejects.toThrow(/is not complete: .* Give the same command again/)
    }
    expect(await seenOn(to, life)).toEqual(seen)
  }
})

test("what was written meanwhile ends a move, and what was verified is not brought again", async () => {
  const [from, to] = [embedded(), await servers()]
  await move({ config: origin, to: from })
  const source = new Libsql(databaseFile(from.dataDir))
  const onProgress = ({ phase, done, total }: Progress) => {
    // A server of another version might not know the lock.
    if (phase === "objects" && done === total) source.exec("update shares set access = access + 1")
  }
  await expect(move({ config: from, to, onProgress })).rejects.toThrow(/^SQLite .* was written to meanwhile/)
  source.close()
  const done = await move({ config: from, to })
  // The plain object alone may be another by now.
  expect(done).toMatchObject({ resumed: true, copied: 1, faults: 0 })
  expect(done.kept).toBeGreaterThan(5)
})

test("a move to another bucket that was broken off keeps nobody from the old one, and may be given up", async () => {
  const before = await servers()
  await move({ config: origin, to: before })
  expect(await brokenOff(before, { ...before, s3: bucket("first/") }, 3)).toBe(true)
  await expect(serverOn({ ...before, s3: bucket("first/") })).rejects.toThrow("is not complete")
  expect(await seenOn(before, life)).toEqual(seen)
  expect(await backup({ config: before, folder: newFolder() })).toMatchObject({ faults: 0 })
  const after = { ...before, s3: bucket("second/") }
  await move({ config: before, to: after })
  expect(await seenOn(after, life)).toEqual(seen)
})

test("what the source has lost or damaged is said, and all else comes along", async () => {
  const [from, to] = [embedded(), embedded()]
  await move({ config: origin, to: from })
  const source = await openFileStore({ root: from.dataDir, baseUrl: "" })
  const [lost] = await listed(source, `shares/${life.native.id}/`)
  const [damaged] = await listed(source, `shares/${life.direct.id}/`)
  if (!lost || !damaged) throw new Error("no objects")
  await source.delete(lost.key)
  await source.put(damaged.key, chunks("x".repeat(damaged.size)))
  const moved = await move({ config: from, to })
  const faults = [
    { kind: "lost", shareID: life.native.id, key: lost.key },
    { kind: "damaged", shareID: life.direct.id, key: damaged.key },
  ]
  expect(moved.faults).toBe(2)
  expect(moved.firstFaults).toEqual(expect.arrayContaining(faults))
  await withServer(to, async ({ url }) => {
    const { status, text } = await createNativeClient(url).data(life.plain.id)
    expect([status, text]).toEqual([200, expect.stringContaining("said 0")])
  })
})

test("[D1] [Z2] what is removed, redacted and merged while it is copied, comes as it then is", async () => {
  const [from, to] = [await servers(), embedded()]
  await move({ config: origin, to: from })
  const source = await openDatabase(placeOf(from).database, { migrate: false })
  const target = await openDatabase(placeOf(to).database, { migrate: true })
  const stores = [
    await openObjects(placeOf(from).objects, "read"),
    await openObjects(placeOf(to).objects, "fill"),
  ] as const
  await withServer(from, async (world) => {
    const client = createNativeClient(world.url)
    await copyRows({ from: source, to: target, signal: undefined, onProgress: () => {} })
    // What had been brought before.
    for await (const { key } of stores[0].list(`shares/${life.native.id}/`)) {
      await stores[1].put(key, chunks(await collect(await stores[0].get(key))))
    }
    await client.remove(life.direct.id, life.direct.secret)
    await client.remove(life.plain.id, life.plain.secret)
    const rules = [{ kind: "text", text: "text", replacement: "****" }]
    const { id, secret } = life.native
    await createNativeClient(world.url, { "x-share-secret": secret }).call(
      "POST",
      `/api/share/${id}/redact`,
      { rules },
    )
  })
  const copied = await copyObjects({
    from: { database: source, objects: stores[0] },
    to: { database: target, objects: stores[1] },
    oneDatabase: false,
    layout: { objectPrefix, plainKey },
    resumed: undefined,
    signal: undefined,
    onProgress: () => {},
    onPlace: async () => {},
  })
  await Promise.all([source.close(), target.close()])
  expect(copied.faults).toBe(0)
  const [theirs, ours] = [await listed(stores[0], "shares/"), await listed(stores[1], "shares/")]
  expect(ours.map(({ key }) => key)).toEqual(theirs.map(({ key }) => key))
  await withServer(to, async ({ url }) => {
    const client = createNativeClient(url)
    expect((await client.data(life.direct.id)).status).toBe(410)
    expect((await client.data(life.plain.id)).status).toBe(410)
    expect((await client.data(life.native.id)).text).toContain("****")
  })
})

test("a place that holds something else is refused, and one whose servers run is not moved", async () => {
  const [to, other] = [await servers(), await servers()]
  await move({ config: origin, to })
  await expect(move({ config: origin, to })).rejects.toThrow("is not empty: its table instance has rows")
  await expect(move({ config: origin, to: { ...other, s3: to.s3 } })).rejects.toThrow(
    /^bucket .* is not empty: it has sh/,
  )
  await expect(move({ config: origin, to: origin })).rejects.toThrow("Both are the same storage")
  await withServer(to, async () => {
    await expect(move({ config: to, to: embedded() })).rejects.toThrow(/^1 server is running on PostgreSQL/)
  })
  await withServer(origin, async () => {
    await expect(move({ config: origin, to: embedded() })).rejects.toThrow("Another Better Share is running")
  })
})
