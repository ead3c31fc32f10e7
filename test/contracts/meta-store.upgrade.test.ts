import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Kysely, Migrator, PostgresDialect, SqliteDialect } from "kysely"
import Database from "libsql"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { MetaStore } from "../../src/shares/ports.ts"
import { openPostgresStore } from "../../src/storage/meta/postgres.ts"
import { openSqliteStore } from "../../src/storage/meta/sqlite.ts"
import { shares } from "../../src/storage/migrations/0001-shares.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { createMetaBench, NOTHING, newShare, OPEN_TO_ITS_LINK } from "./meta-bench.ts"

// A database that the first version filled, opened by this one.

interface Subject {
  /** Over the tables as the first version made them. */
  old: Kysely<OldSchema>
  open(): Promise<MetaStore>
}

type Row = Record<string, string | number | null>
type OldSchema = Record<"shares" | "share_secrets" | "segments" | "deletions", Row>

let server: PostgresServer
let folder: string
beforeAll(async () => {
  server = await createPostgresServer()
  folder = await mkdtemp(join(tmpdir(), "better-share-upgrade-"))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const KINDS: Record<string, () => Promise<Subject>> = {
  SQLite: async () => {
    const file = join(folder, "meta.db")
    const database = new Database(file)
    database.pragma("foreign_keys = ON")
    return {
      old: new Kysely({ dialect: new SqliteDialect({ database }) }),
      open: () => openSqliteStore({ file, migrate: true }),
    }
  },
  PostgreSQL: async () => {
    const url = await server.createDatabase()
    const pool = new pg.Pool({ connectionString: url })
    return {
      old: new Kysely({ dialect: new PostgresDialect({ pool }) }),
      open: () => openPostgresStore({ url, migrate: true, log: { warn: () => {} } }),
    }
  },
}

const ACTIVE = {
  share_id: "active",
  session_id: "ses_1",
  state: "active",
  form: "log",
  revision: 2,
  creator: "me",
  address: "here",
  created_at: 1,
  updated_at: 2,
  revoked_at: null,
}
const GONE = { session_id: null, state: "revoked", creator: null, address: null, revoked_at: 9 }
const SHARES = [
  ACTIVE,
  { ...ACTIVE, share_id: "new", form: null, revision: 0 },
  { ...ACTIVE, ...GONE, share_id: "leaving" },
  { ...ACTIVE, ...GONE, share_id: "left" },
]
const SEGMENTS = [1, 2].map((revision) => ({
  share_id: "active",
  first_revision: revision,
  last_revision: revision,
  segment_id: `s${revision}`,
  object_key: `shares/active/segments/s${revision}`,
  items: 3,
  bytes: 50,
  content_bytes: 400,
  created_at: 5,
}))
const DELETIONS = [
  { share_id: "leaving", revoked_at: 9, listed_objects: null, listed_bytes: null, finished_at: null },
  { share_id: "left", revoked_at: 9, listed_objects: 4, listed_bytes: 400, finished_at: 12 },
]

async function fill(db: Kysely<OldSchema>): Promise<void> {
  const provider = { getMigrations: async () => ({ "0001-shares": shares }) }
  const { error } = await new Migrator({ db, provider }).migrateToLatest()
  if (error) throw error
  await db.insertInto("shares").values(SHARES).execute()
  const secrets = SHARES.map(({ share_id }) => ({ share_id, hash: `of ${share_id}`, created_at: 1 }))
  await db.insertInto("share_secrets").values(secrets).execute()
  await db.insertInto("segments").values(SEGMENTS).execute()
  await db.insertInto("deletions").values(DELETIONS).execute()
}

describe.each(Object.entries(KINDS))("upgrade: %s", (_, create) => {
  let meta: MetaStore
  beforeAll(async () => {
    const { old, open } = await create()
    await fill(old)
    await old.destroy()
    meta = await open()
  })
  afterAll(() => meta?.close())

  test("a share is as it was; its syncs are as many as its revisions", async () => {
    expect(await meta.findShare("active")).toEqual({
      id: "active",
      sessionID: "ses_1",
      state: "active",
      door: "native",
      form: "log",
      generation: 0,
      revision: 2,
      epoch: 0,
      syncs: 2,
      metadata: NOTHING,
      creator: "me",
      createdAt: 1,
      updatedAt: 2,
      revokedAt: undefined,
      ticketsUntil: undefined,
      plainUntil: undefined,
      plain: undefined,
      ownID: false,
      encrypted: false,
      head: undefined,
      redactions: 0,
      redactedTo: 0,
      ...OPEN_TO_ITS_LINK,
      storedBytes: 100,
    })
    expect(await meta.findShare("new")).toMatchObject({ form: undefined, revision: 0, syncs: 0 })
    expect(await meta.findShare("left")).toMatchObject({ state: "revoked", revokedAt: 9, creator: undefined })
  })

  test("its secrets may write, and its segments stand in their order", async () => {
    expect(await meta.secrets("active")).toEqual([{ hash: "of active", scope: "write" }])
    expect(await meta.secrets("left")).toEqual([{ hash: "of left", scope: "write" }])
    expect(await meta.segments("active")).toEqual(
      SEGMENTS.map((row) => ({
        id: row.segment_id,
        objectKey: row.object_key,
        firstRevision: row.first_revision,
        lastRevision: row.last_revision,
        items: 3,
        bytes: 50,
        contentBytes: 400,
        createdAt: 5,
        redactions: 0,
      })),
    )
  })

  test("deletions, done and not, are those of the first generation", async () => {
    const NOT_YET = {
      listed: undefined,
      ticketsUntil: undefined,
      clearedAt: undefined,
      finishedAt: undefined,
    }
    const leaving = { shareID: "leaving", generation: 0, revokedAt: 9, ...NOT_YET }
    expect(await meta.findDeletion("leaving")).toEqual(leaving)
    expect(await meta.unfinishedDeletions()).toEqual([leaving])
    expect(await meta.findDeletion("left")).toMatchObject({
      generation: 0,
      revokedAt: 9,
      listed: { objects: 4, bytes: 400 },
      finishedAt: 12,
    })
  })

  test("it goes on from there", async () => {
    const { commit, merge, manifest, row } = createMetaBench(meta)
    const share = newShare({ id: "active", secrets: [{ hash: "of active", scope: "write" }] })
    expect(await commit(share, ["s3"])).toBe(3)
    expect(await commit(share, ["s1"])).toBe(3)
    expect(await merge(share, { replaces: ["s1", "s2"], by: "m1" })).toBe(true)
    expect(await manifest(share)).toEqual([
      ["m1", 1, 2],
      ["s3", 3, 3],
    ])
    expect(await row(share)).toMatchObject({ syncs: 3, epoch: 1 })
    const again = newShare({ id: "left" })
    expect(await meta.reuseShare(again, { generation: 0, state: "revoked" })).toBe(true)
    expect(await meta.revoke({ shareID: "left", generation: 1 }, 20)).toEqual(["left"])
    expect(await meta.findDeletion("left")).toMatchObject({ generation: 1, finishedAt: undefined })
    await meta.recordCleared({ shareID: "leaving", generation: 0 }, { at: 21, finished: true })
    expect((await meta.unfinishedDeletions()).map(({ shareID }) => shareID)).toEqual(["left"])
  })
})
