import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Database from "libsql"
import pg from "pg"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import type { MetaStore } from "../../src/shares/ports.ts"
import { migrateDatabase } from "../../src/storage/meta/migrate-database.ts"
import { openPostgresStore } from "../../src/storage/meta/postgres.ts"
import { openSqliteStore } from "../../src/storage/meta/sqlite.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { newShare } from "./meta-bench.ts"

interface Subject {
  open(options: { migrate: boolean }): Promise<MetaStore>
  migrate(): Promise<string[]>
  /** As a version of the product that does not exist yet would. */
  execute(sql: string): Promise<void>
}

let server: PostgresServer
let folder: string
let files = 0
beforeAll(async () => {
  server = await createPostgresServer()
  folder = await mkdtemp(join(tmpdir(), "better-share-schema-"))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

const KINDS: Record<string, () => Promise<Subject>> = {
  SQLite: async () => {
    const file = join(folder, `${++files}.db`)
    return {
      open: ({ migrate }) => openSqliteStore({ file, migrate }),
      migrate: () => migrateDatabase({ file }),
      async execute(sql) {
        const database = new Database(file)
        database.exec(sql)
        database.close()
      },
    }
  },
  PostgreSQL: async () => {
    const url = await server.createDatabase()
    return {
      open: ({ migrate }) => openPostgresStore({ url, migrate, log: { warn: () => {} } }),
      migrate: () => migrateDatabase({ url }),
      async execute(sql) {
        const client = new pg.Client({ connectionString: url })
        await client.connect()
        await client.query(sql)
        await client.end()
      },
    }
  },
}

describe.each(Object.entries(KINDS))("schema: %s", (_, create) => {
  test("an empty database is refused with MIGRATE=off, until it has been migrated", async () => {
    const database = await create()
    await expect(database.open({ migrate: false })).rejects.toThrow(
      /^The database lacks 0001-shares.*, and MIGRATE is off\. Run `better-share migrate`/,
    )
    expect(await database.migrate()).toContain("0001-shares")
    expect(await database.migrate()).toEqual([])
    await (await database.open({ migrate: false })).close()
  })

  test("a database of a newer version is refused, whoever asks", async () => {
    const database = await create()
    await database.migrate()
    await database.execute(
      `insert into kysely_migration (name, timestamp) values ('9999-later', '2999-01-01')`,
    )
    const refusal =
      "This database was made by a newer Better Share: this version does not know 9999-later. Start the newer version"
    for (const migrate of [true, false]) await expect(database.open({ migrate })).rejects.toThrow(refusal)
    await expect(database.migrate()).rejects.toThrow(refusal)
  })
})

test.each(Object.entries(KINDS))(
  "%s: a node of the version before can revoke while this one has migrated",
  async (_, create) => {
    const database = await create()
    const store = await database.open({ migrate: true })
    await store.createShare(newShare({ id: "share-of-before" }))
    // As it says it: of generations it knows nothing.
    await database.execute("insert into deletions (share_id, revoked_at) values ('share-of-before', 9)")
    expect(await store.unfinishedDeletions()).toMatchObject([{ shareID: "share-of-before", generation: 0 }])
    await store.close()
  },
)

test("of nodes that start at once on an empty database, one migrates it and all start", async () => {
  const url = await server.createDatabase()
  const stores = await Promise.all(
    Array.from({ length: 6 }, () => openPostgresStore({ url, migrate: true, log: { warn: () => {} } })),
  )
  for (const store of stores) expect(await store.findShare("none")).toBeUndefined()
  for (const store of stores) await store.close()
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(
    "select name, count(*)::int as times from kysely_migration group by name",
  )
  await client.end()
  expect(rows.every(({ times }) => times === 1)).toBe(true)
  expect(rows.length).toBeGreaterThan(0)
})
