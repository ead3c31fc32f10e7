import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Libsql from "libsql"
import pg from "pg"
import { afterAll, beforeAll, expect, test } from "vitest"
import { adoptShares } from "../../src/host/adopt.ts"
import { readConfig } from "../../src/host/config.ts"
import { createMachine } from "../../src/host/machine.ts"
import { placeOf, type StorageSettings } from "../../src/host/storage-place.ts"
import { type Adoption, createAdopter } from "../../src/shares/adopt/adopt.ts"
import type { OldPlace } from "../../src/storage/adopt/old-shares.ts"
import { openFileStore } from "../../src/storage/blobs/file.ts"
import { chunks } from "../contracts/blobs.ts"
import { createDirectClient, put } from "../direct-client.ts"
import { itemsOf } from "../items.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { type StrictS3, startStrictS3 } from "../s3/strict-s3.ts"
import { createWorld } from "../world.ts"
import { createCrashPoint } from "./crash-point.ts"
import { openEmbedded } from "./stack.ts"

let folder: string
let postgres: PostgresServer
let s3: StrictS3
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "better-share-adopt-"))
  ;[postgres, s3] = await Promise.all([createPostgresServer(), startStrictS3()])
})
afterAll(async () => {
  await Promise.all([postgres.close(), s3.close()])
  await rm(folder, { recursive: true, force: true })
})

/** As the server before this one gave them. */
const ROWS = [
  ["oldshare1", "ses_old1", "secret-of-one", "2024-05-06 07:08:09"],
  ["oldshare2", "ses_old2", "secret-of-two", "1714979289"],
  ["nothing-there", "ses_old3", "secret-of-three", "1714979289000"],
  ["other-session", "ses_old4", "secret-of-four", "2024-05-06T07:08:09Z"],
  ["short", "ses_old5", "secret-of-five", "2024-05-06T07:08:09+00"],
]
const CREATED_AT = "2024-05-06T07:08:09.000Z"

function dataOf(sessionID: string, said: string): string {
  const { session, user, text } = itemsOf(sessionID)
  const [info, part] = [user("msg").data, text("msg", "prt", said).data]
  return JSON.stringify({
    shareId: "any",
    session: session().data,
    messages: [{ info, parts: [part] }],
    own: 1,
  })
}

const OBJECTS = {
  oldshare1: dataOf("ses_old1", "said in one"),
  oldshare2: dataOf("ses_old2", "said in two"),
  "other-session": dataOf("ses_another", "said elsewhere"),
}

async function adopt(settings: StorageSettings, from: OldPlace, oldBucket?: StorageSettings["s3"]) {
  const adoptions: Adoption[] = []
  const config = { ...readConfig({}), ...settings }
  const onAdoption = (adoption: Adoption) => void adoptions.push(adoption)
  const sum = await adoptShares({ config, from, oldBucket, onAdoption })
  return { sum, adoptions: adoptions.sort((a, b) => (a.shareID < b.shareID ? -1 : 1)) }
}

const REFUSED = [
  { shareID: "nothing-there", outcome: "refused", reason: "There is no object sessions/nothing-there.json." },
  { shareID: "other-session", outcome: "refused", reason: expect.stringContaining("created for ses_old4") },
  { shareID: "short", outcome: "refused", reason: "Its id cannot be a share's here." },
]
const outcomes = (outcome: Adoption["outcome"]) => [
  ...REFUSED.slice(0, 1),
  { shareID: "oldshare1", outcome },
  { shareID: "oldshare2", outcome },
  ...REFUSED.slice(1),
]

async function expectAdopted(settings: StorageSettings): Promise<void> {
  const world = await createWorld(settings)
  const direct = createDirectClient(world.url)
  const read = async (path: string) => (await direct.call("GET", path)).text
  expect(await read("/api/share/oldshare1/data")).toContain("said in one")
  expect(await read("/share/oldshare2")).toContain("said in two")
  const metadata = JSON.parse(await read("/api/share/oldshare2/metadata"))
  expect(metadata).toMatchObject({
    sessionID: "ses_old2",
    messageCount: 1,
    partCount: 1,
    createdAt: CREATED_AT,
  })
  // Its client goes on with what it has.
  expect((await direct.presign("oldshare2", "another secret")).status).toBe(404)
  const { body } = await direct.presign("oldshare2", "secret-of-two")
  const ticket = body as unknown as { presignedUrl: string; headers: Record<string, string> }
  const stored = await put({ ...ticket, url: ticket.presignedUrl }, dataOf("ses_old2", "said later"))
  expect(stored).toBe(200)
  await world.restart()
  expect(await read("/api/share/oldshare2/data")).toContain("said later")
  expect((await direct.remove("oldshare1", "secret-of-one")).status).toBe(200)
  expect((await direct.call("GET", "/api/share/oldshare1/data")).status).toBe(410)
  expect((await direct.call("GET", "/api/share/oldshare2/data")).status).toBe(200)
  await world.stop()
}

test("shares of another server are adopted from its own table and bucket, and again without harm", async () => {
  const { endpoint, region, bucket, accessKeyID, secretAccessKey } = s3
  const place = { endpoint, region, bucket, accessKeyID, secretAccessKey, pathStyle: true, prefix: "old/" }
  for (const [id, text] of Object.entries(OBJECTS)) s3.plant(`old/sessions/${id}.json`, text)
  const url = await postgres.createDatabase()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query("create table shares (share_id text, session_id text, secret text, created_at text)")
  for (const row of ROWS) await client.query("insert into shares values ($1, $2, $3, $4)", row)

  const settings = { dataDir: join(folder, "one"), databaseUrl: await postgres.createDatabase(), s3: place }
  await (await createWorld(settings)).stop()
  const puts = s3.seen.filter(({ operation }) => operation === "PutObject").length
  const from = { url, table: "shares" }
  expect(await adopt(settings, from)).toEqual({
    sum: { adopted: 2, known: 0, refused: 3 },
    adoptions: outcomes("adopted"),
  })
  // Where they are is where they stay.
  expect(s3.seen.filter(({ operation }) => operation === "PutObject").length).toBe(puts)
  expect((await adopt(settings, from)).adoptions).toEqual(outcomes("known"))
  await expectAdopted(settings)
  // What its owner has removed since does not come back.
  expect((await adopt(settings, from)).adoptions).toEqual(outcomes("known"))
  expect((await client.query("select count(*)::int as count from shares")).rows).toEqual([{ count: 5 }])
  await client.end()
})

test("they are copied from a bucket elsewhere, and their rows read from SQLite and CSV", async () => {
  const { endpoint, region, bucket, accessKeyID, secretAccessKey } = s3
  const old = {
    endpoint,
    region,
    bucket,
    accessKeyID,
    secretAccessKey,
    pathStyle: true,
    prefix: "elsewhere/",
  }
  for (const [id, text] of Object.entries(OBJECTS)) s3.plant(`elsewhere/sessions/${id}.json`, text)
  const settings: StorageSettings = { dataDir: join(folder, "two"), databaseUrl: undefined, s3: undefined }
  await (await createWorld(settings)).stop()
  const [csv, file] = [join(folder, "old.csv"), join(folder, "old.db")]
  await writeFile(csv, ["share_id,session_id,secret,created_at", ...ROWS.map((row) => row.join())].join("\n"))
  const database = new Libsql(file)
  database.exec("create table old_shares (share_id text, session_id text, secret text, created_at)")
  for (const row of ROWS) database.prepare("insert into old_shares values (?, ?, ?, ?)").run(row)
  database.close()

  expect((await adopt(settings, { csv }, old)).adoptions).toEqual(outcomes("adopted"))
  expect((await adopt(settings, { file, table: "old_shares" }, old)).adoptions).toEqual(outcomes("known"))
  // An id that is another's here is neither given to the old one nor written over.
  const objects = placeOf(settings).objects
  const store = await openFileStore({ root: "folder" in objects ? objects.folder : "", baseUrl: "" })
  const world = await createWorld(settings)
  const { body } = await createDirectClient(world.url).reserve({
    sessionId: "ses_mine",
    shareId: "taken-here",
  })
  await put({ url: body.presignedUrl ?? "", headers: body.headers ?? {} }, dataOf("ses_mine", "mine"))
  await world.stop()
  s3.plant("elsewhere/sessions/taken-here.json", dataOf("ses_old9", "theirs"))
  await writeFile(csv, "share_id,session_id,secret,created_at\ntaken-here,ses_old9,secret,1714979289\n")
  expect((await adopt(settings, { csv }, old)).adoptions).toEqual([
    { shareID: "taken-here", outcome: "refused", reason: "Its id is that of another share here." },
  ])
  expect((await store.head("sessions/taken-here.json"))?.size).toBe(dataOf("ses_mine", "mine").length)
  await writeFile(csv, "share_id,session_id\none,two\n")
  await expect(adopt(settings, { csv }, old)).rejects.toThrow(/Line 2 of .* has no secret, created_at/)
  await expectAdopted(settings)
})

test("a crash between any two calls leaves nothing that the next adoption does not finish", async () => {
  const stack = await openEmbedded()
  const old = { id: "oldshare1", sessionID: "ses_old1", secret: "secret-of-one", createdAt: 1 }
  for (let dieBefore = 1; ; dieBefore++) {
    const id = `${old.id}-${dieBefore}`
    await stack.blobs.put(`sessions/${id}.json`, chunks(OBJECTS.oldshare1))
    const mortal = createCrashPoint(stack, dieBefore)
    const [machine, oldBlobs] = [createMachine(), undefined]
    await createAdopter({ ...mortal, machine, oldBlobs })({ ...old, id }).catch((error: unknown) => {
      if (!mortal.crashed) throw error
    })
    const { outcome } = await createAdopter({ ...stack, machine, oldBlobs })({ ...old, id })
    expect(["adopted", "known"]).toContain(outcome)
    const node = stack.node()
    expect(JSON.stringify([...(await node.read(id)).fold.items()])).toContain("said in one")
    expect(await node.describe(id)).toMatchObject({ form: "plain", revision: 1, metadata: { messages: 1 } })
    expect(await node.opens({ shareID: id, secret: old.secret })).toBe(true)
    if (!mortal.crashed) break
  }
  await stack.close()
})
