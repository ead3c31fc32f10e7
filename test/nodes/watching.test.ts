import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
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
  const place = { endpoint, region, bucket, accessKeyID, secretAccessKey, pathStyle: true }
  world = await createWorld({ databaseUrl, s3: place, now: () => now })
})
afterAll(async () => {
  await world?.close()
  await Promise.all([postgres?.close(), s3?.close()])
})

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
  s3.inject("ListObjectsV2", { kind: "refuse", status: 404, code: "NoSuchBucket" })
  expect(await lacks()).toBe("Not ready: storage.")
  s3.heal()
  expect(await lacks()).toBe("nothing")
  s3.inject("ListObjectsV2", { kind: "hang" })
  expect(await lacks()).toBe("Not ready: storage.")
  s3.heal()
  await waitFor("the bucket to be seen again", async () => (await lacks()) === "nothing")
})

test("[OB2] a server whose database is an older one is not ready", async () => {
  const query = async (sql: string) => {
    const client = new pg.Client({ connectionString: databaseUrl })
    await client.connect()
    await client.query(sql).finally(() => client.end())
  }
  await query("update kysely_migration set name = 'x' || name where name like '0008%'")
  expect(await lacks()).toBe("Not ready: schema.")
  await query("update kysely_migration set name = substr(name, 2) where name like 'x%'")
  expect(await lacks()).toBe("nothing")
  // Nodes are replaced one by one: the first new one brings migrations that the others do not know.
  await query("insert into kysely_migration (name, timestamp) values ('9999-later', '')")
  expect(await lacks()).toBe("nothing")
})

test("[OB2] a server whose database is away is not ready, and ready when it is back", async () => {
  await postgres.stop("fast")
  expect(await lacks()).toBe("Not ready: database.")
  expect((await fetch(`${world.url}/api/health/live`)).status).toBe(200)
  await postgres.start()
  await waitFor("the database to be seen again", async () => (await lacks()) === "nothing")
})
