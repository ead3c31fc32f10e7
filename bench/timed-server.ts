import { existsSync } from "node:fs"
import { readdir, stat } from "node:fs/promises"
import { join } from "node:path"
import pg from "pg"
import { databaseFile } from "../src/host/data-dir.ts"
import type { Item } from "../src/protocol/item.ts"
import { planMerge } from "../src/shares/compact/merge-plan.ts"
import type { MetaStore } from "../src/shares/ports.ts"
import { openPostgresStore } from "../src/storage/meta/postgres.ts"
import { openSqliteStore } from "../src/storage/meta/sqlite.ts"
import { createNativeClient } from "../test/native-client.ts"
import { createServerProcess, npmStart, type Program, type ServerProcess } from "../test/server-process.ts"
import { waitFor } from "../test/wait.ts"
import { filesBelow } from "../test/world.ts"
import { openBacking } from "./backing.ts"

/** The server in a process of its own, on one core where the system can do that, and what stands behind it. */
export interface TimedServer {
  server: ServerProcess
  /** Reads what the server writes. */
  meta: MetaStore
  /** Bytes put into the object storage so far. */
  written(): Promise<number>
  /** Bytes that the database takes. */
  database(): Promise<number>
  close(): Promise<void>
}

export async function onFiles(): Promise<TimedServer> {
  const server = await createServerProcess({}, onOneCore())
  await server.start()
  const file = databaseFile(server.dataDir)
  const meta = await openSqliteStore({ file, migrate: false })
  return {
    server,
    meta,
    // What merges replace stays a quarter of an hour, so that everything ever written is still there.
    written: async () => sizeOf(await filesBelow(join(server.dataDir, "objects"))),
    async database() {
      const folder = join(file, "..")
      const names = await readdir(folder)
      return sizeOf(names.map((name) => join(folder, name)).filter((path) => path.startsWith(file)))
    },
    async close() {
      await meta.close()
      await server.dispose()
    },
  }
}

export async function onServers(): Promise<TimedServer> {
  const backing = await openBacking()
  const server = await createServerProcess(backing.env, onOneCore())
  await server.start()
  const meta = await openPostgresStore({ url: backing.database, migrate: false, log: { warn: () => {} } })
  return {
    server,
    meta,
    written: async () => backing.written(),
    async database() {
      const client = new pg.Client({ connectionString: backing.database })
      await client.connect()
      const { rows } = await client.query("select pg_database_size(current_database())::int as size")
      await client.end()
      return rows[0].size
    },
    async close() {
      await meta.close()
      await server.dispose()
      await backing.close()
    },
  }
}

export interface Timings {
  /** Milliseconds of each sync, from the request to the end of its answer. */
  latencies: number[]
  segments: { most: number; last: number }
}

/** Syncs between two looks at the manifest. */
const LOOK_EVERY = 25

/** A session, sync after sync, and the merges that follow from it. */
export async function timeSession(
  { server, meta }: TimedServer,
  { sessionID, syncs }: { sessionID: string; syncs: Iterable<Item[]> },
): Promise<Timings> {
  const client = createNativeClient(server.url)
  const { id, secret } = (await client.create(sessionID)).body
  const latencies: number[] = []
  let most = 0
  for (const items of syncs) {
    const began = performance.now()
    const { status, text } = await client.sync(id, secret, items)
    latencies.push(performance.now() - began)
    if (status !== 200) throw new Error(`a sync was answered ${status}: ${text}`)
    if (latencies.length % LOOK_EVERY === 0) most = Math.max(most, (await meta.segments(id)).length)
  }
  const left = await waitFor("the merges to end", async () => {
    const segments = await meta.segments(id)
    return planMerge(segments) === undefined && segments
  })
  return { latencies, segments: { most, last: left.length } }
}

/** Syncs a second, of several sessions at once. */
export async function syncsPerSecond(
  { server }: TimedServer,
  sessions: { sessionID: string; syncs: Item[][] }[],
): Promise<number> {
  const client = createNativeClient(server.url)
  const shares = await Promise.all(sessions.map(({ sessionID }) => client.create(sessionID)))
  const began = performance.now()
  await Promise.all(
    sessions.map(async ({ syncs }, i) => {
      const { id = "", secret = "" } = shares[i]?.body ?? {}
      for (const items of syncs) {
        const { status, text } = await client.sync(id, secret, items)
        if (status !== 200) throw new Error(`a sync was answered ${status}: ${text}`)
      }
    }),
  )
  const seconds = (performance.now() - began) / 1_000
  return sessions.reduce((sum, { syncs }) => sum + syncs.length, 0) / seconds
}

/** Whether what the server needs is measured on one core; elsewhere than on Linux it has all of them. */
export const PINNED = existsSync("/usr/bin/taskset")

function onOneCore(): Program {
  const { path, args } = npmStart()
  return PINNED ? { path: "/usr/bin/taskset", args: ["--cpu-list", "0", path, ...args] } : { path, args }
}

async function sizeOf(paths: string[]): Promise<number> {
  const stats = await Promise.all(paths.map((path) => stat(path)))
  return stats.reduce((sum, { size }) => sum + size, 0)
}
