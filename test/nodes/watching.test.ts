import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { itemsOf } from "../items.ts"
import { readMetrics } from "../metrics-text.ts"
import { createNativeClient } from "../native-client.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { type StrictS3, startStrictS3 } from "../s3/strict-s3.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"

let postgres: PostgresServer
let s3: StrictS3
let world: World
let databaseUrl: string
/** The server's clock. */
let now = Date.now()

beforeAll(async () => {
  ;[postgres, s3] = await Promise.all([createPostgresServer(), startStrictS3()])
  databaseUrl = await postgres.createDatabase()
  const { endpoint, region, bucket, accessKeyID, secretAccessKey } = s3
  const patience = { timeoutMs: 200 }
  const place = { endpoint, region, bucket, accessKeyID, secretAccessKey, pathStyle: true, patience }
  world = await createWorld({ databaseUrl, s3: place, now: () => now })
})
afterAll(async () => {
  await world?.close()
  await Promise.all([postgres?.close(), s3?.close()])
})

async function query(sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl })
  await client.connect()
  await client.query(sql).finally(() => client.end())
}

/** What it lacks, a second later. */
async function lacks(): Promise<string> {
  now += 1_000
  const answer = await fetch(`${world.url}/api/health/ready`)
  const { error } = (await answer.json()) as { error?: { message: string } }
  expect(answer.status).toBe(error ? 503 : 200)
  return error?.message ?? "nothing"
}

test("[OB2] a server whose bucket is gone, or does not answer, is not ready", async () => {
  expect(await lacks()).toBe("nothing")
  s3.inject("HeadBucket", { kind: "refuse", status: 404, code: "NoSuchBucket" })
  expect(await lacks()).toBe("Not ready: storage.")
  s3.heal()
  expect(await lacks()).toBe("nothing")
  s3.inject("HeadBucket", { kind: "hang" })
  expect(await lacks()).toBe("Not ready: storage.")
  s3.heal()
  await waitFor("the bucket to be seen again", async () => (await lacks()) === "nothing")
})

test("[OB2] a server whose database is an older one is not ready", async () => {
  await query("update kysely_migration set name = 'x' || name where name like '0008%'")
  expect(await lacks()).toBe("Not ready: schema.")
  await query("update kysely_migration set name = substr(name, 2) where name like 'x%'")
  expect(await lacks()).toBe("nothing")
  // Nodes are replaced one by one: the first new one brings migrations that the others do not know.
  await query("insert into kysely_migration (name, timestamp) values ('9999-later', '')")
  expect(await lacks()).toBe("nothing")
})

test("[OB4] PostgreSQL counts as SQLite does, and the use of its connections is told", async () => {
  const client = createNativeClient(world.url)
  const { id, secret } = (await client.create("ses_1")).body
  const { session, user } = itemsOf("ses_1")
  await client.sync(id, secret, [session()])
  for (let at = 1; at < 17; at++) await client.sync(id, secret, [user(`msg_${at}`)])
  const removed = (await client.create("ses_2")).body
  await client.remove(removed.id, removed.secret)
  const { value } = await waitFor("the merge", async () => {
    now += 15_000
    const counted = await readMetrics(world.url)
    return counted.value("segments") === 2 && counted
  })
  expect(value('shares{state="active",door="native"}')).toBe(1)
  expect(value('shares{state="revoked",door="native"}')).toBe(1)
  expect(value('stored_bytes{door="native"}')).toBeGreaterThan(17)
  expect(value("segments_most")).toBe(2)
  expect(value("segments_unmerged")).toBe(0)
  expect(value("redactions_waiting")).toBe(0)
  expect(value('shares_by_segments{le="15"}')).toBe(1)
  expect(value('shares_by_segments{le="+Inf"}')).toBe(1)
  expect(value('superseded_objects{due="not yet"}')).toBe(16)
  // Another node may just have been putting something to it.
  expect(value('deletions_waiting{waits_for="tickets"}')).toBe(1)
  expect(value('deletions_waiting{waits_for="storage"}')).toBe(0)
  expect(value('database_connections{state="idle"}')).toBeGreaterThan(0)

  // As where nothing is merged.
  await query(
    `insert into segments select share_id, first_revision + n, last_revision + n, segment_id || n, object_key, items, bytes,
     content_bytes, created_at, redactions from segments, generate_series(100, 140) as n where first_revision = 17`,
  )
  await query("update shares set redactions = 1 where state = 'active'")
  now += 15_000
  const debt = await readMetrics(world.url)
  expect([debt.value("segments"), debt.value("segments_most"), debt.value("segments_unmerged")]).toEqual([
    43, 43, 13,
  ])
  expect([debt.value('shares_by_segments{le="30"}'), debt.value('shares_by_segments{le="45"}')]).toEqual([
    0, 1,
  ])
  expect(debt.value("redactions_waiting")).toBe(1)
})

test("[OB2][OB4] a server whose database is away is not ready and counts what it knows itself", async () => {
  await postgres.stop("fast")
  expect(await lacks()).toBe("Not ready: database.")
  expect((await fetch(`${world.url}/api/health/live`)).status).toBe(200)
  now += 15_000
  const counted = await readMetrics(world.url)
  expect(counted.value('commits_total{door="native"}')).toBe(17)
  expect(counted.series).toContain("better_share_ready")
  expect(counted.value("ready")).toBe(0)
  expect(counted.series).not.toContain("better_share_segments")
  await postgres.start()
  await waitFor("the database to be seen again", async () => (await lacks()) === "nothing")
})
