import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import type { MetaStore } from "../../src/shares/ports.ts"
import { openPostgresStore } from "../../src/storage/meta/postgres.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { waitFor } from "../wait.ts"
import { createMetaBench, newShare } from "./meta-bench.ts"

const UNAVAILABLE = { name: "StorageError", retryable: true }
const SHARE = newShare()

let server: PostgresServer
let url: string
let meta: MetaStore

beforeAll(async () => {
  server = await createPostgresServer()
  url = await server.createDatabase()
  meta = await openPostgresStore({ url, migrate: true, log: { warn: () => {} } })
  await meta.createShare(SHARE)
})
afterAll(async () => {
  await meta.close()
  await server.close()
})

function commit(id: string): ReturnType<MetaStore["commit"]> {
  return createMetaBench(meta).commit(SHARE, [id])
}

test("while the server is away every call says that it may be tried again, and then it works again", async () => {
  await Promise.all(Array.from({ length: 10 }, () => meta.findShare(SHARE.id)))
  await server.stop("fast")
  await expect(meta.findShare(SHARE.id)).rejects.toMatchObject({ ...UNAVAILABLE, op: "meta.findShare" })
  await expect(commit("away")).rejects.toMatchObject({ ...UNAVAILABLE, op: "meta.commit" })
  await expect(meta.revoke({ shareID: SHARE.id, generation: 0 }, 9)).rejects.toMatchObject(UNAVAILABLE)
  await server.start()
  expect(await meta.findShare(SHARE.id)).toMatchObject({ state: "active", revision: 0 })
  expect(await commit("back")).toBe(1)
})

test("a crash of the server in the middle of commits loses nothing that was acknowledged", async () => {
  const acknowledged = new Set<string>()
  const failures: unknown[] = []
  let stopped = false
  const writers = Array.from({ length: 5 }, async (_, writer) => {
    for (let i = 0; !stopped; i++) {
      const id = `w${writer}-${i}`
      await commit(id).then(
        () => acknowledged.add(id),
        (error) => failures.push(error),
      )
    }
  })
  await waitFor("some commits", () => acknowledged.size > 20)
  await server.stop("crash")
  await waitFor("the writers to notice", () => failures.length > 5)
  await server.start()
  const before = acknowledged.size
  await waitFor("the writers to go on", () => acknowledged.size > before + 20)
  stopped = true
  await Promise.all(writers)

  for (const failure of failures) expect(failure).toMatchObject({ ...UNAVAILABLE, op: "meta.commit" })
  const segments = await meta.segments(SHARE.id)
  const stored = new Set(segments.map(({ id }) => id))
  expect([...acknowledged].filter((id) => !stored.has(id))).toEqual([])
  expect(segments.map(({ firstRevision }) => firstRevision)).toEqual(segments.map((_, i) => i + 1))
})

test("a call whose connection the server ends in mid-transaction may be tried again", async () => {
  const holder = new pg.Client({ connectionString: url })
  await holder.connect()
  await holder.query("begin")
  await holder.query("select 1 from shares for update")
  const waiting = commit("cut").catch((error: unknown) => error)
  const cut = `select pg_terminate_backend(pid) from pg_stat_activity
    where wait_event_type = 'Lock' and application_name = 'better-share'`
  await waitFor("the commit to be cut off", async () => (await server.query(cut)).length === 1)
  expect(await waiting).toMatchObject(UNAVAILABLE)
  await holder.end()
  expect(await commit("free")).toBeGreaterThan(0)
  expect((await meta.segments(SHARE.id)).map(({ id }) => id)).not.toContain("cut")
})

test("what cannot be used is said in a sentence, without the password", async () => {
  const { port } = new URL(url)
  const open = (address: string) =>
    openPostgresStore({ url: address, migrate: true, log: { warn: () => {} } })
  await expect(open(`postgres://postgres:hidden@127.0.0.1:${port}/nowhere`)).rejects.toThrow(
    `PostgreSQL at 127.0.0.1:${port}/nowhere cannot be used: database "nowhere" does not exist.`,
  )
  await expect(open("postgres://me:hidden@localhost:1/share")).rejects.toThrow(
    /^PostgreSQL at localhost:1\/share cannot be used: .*ECONNREFUSED/,
  )
})
