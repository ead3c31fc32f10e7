import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
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

trustStoreContract("SQLite", () => openSqliteStore({ file: join(folder, "meta.db"), migrate: true }))

trustStoreContract("PostgreSQL", async () =>
  openPostgresStore({ url: await server.createDatabase(), migrate: true, log: { warn: () => {} } }),
)
