import { afterAll, beforeAll } from "vitest"
import { openPostgresStore } from "../../src/storage/meta/postgres.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { metaStoreContract } from "./meta-store.ts"

let server: PostgresServer
beforeAll(async () => {
  server = await createPostgresServer()
})
afterAll(() => server.close())

const log = { warn: () => {} }

metaStoreContract("PostgreSQL", async () =>
  openPostgresStore({ url: await server.createDatabase(), migrate: true, log }),
)
