import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import Libsql from "libsql"
import pg from "pg"
import { afterAll, beforeAll } from "vitest"
import { openPostgresStore } from "../../src/storage/meta/postgres.ts"
import { openSqliteStore } from "../../src/storage/meta/sqlite.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { trustStoreContract } from "./trust-store.ts"

let server: PostgresServer
let folder: string
beforeAll(async () => {
  server = await createPostgresServer()
  folder = await mkdtemp(join(tmpdir(), "better-share-trust-"))
})
afterAll(async () => {
  await server.close()
  await rm(folder, { recursive: true, force: true })
})

trustStoreContract("SQLite", async () => {
  const file = join(folder, "meta.db")
  return {
    database: await openSqliteStore({ file, migrate: true }),
    async execute(sql) {
      const client = new Libsql(file)
      try {
        client.exec(sql)
      } finally {
        client.close()
      }
    },
  }
})

trustStoreContract("PostgreSQL", async () => {
  const url = await server.createDatabase()
  return {
    database: await openPostgresStore({ url, migrate: true, log: { warn: () => {} } }),
    async execute(sql) {
      const client = new pg.Client({ connectionString: url })
      await client.connect()
      try {
        await client.query(sql)
      } finally {
        await client.end()
      }
    },
  }
})
