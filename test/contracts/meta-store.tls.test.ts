import { afterAll, beforeAll, expect, test } from "vitest"
import { openPostgresStore } from "../../src/storage/meta/postgres.ts"
import { openPostgresNotifier } from "../../src/storage/notifier/postgres.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { waitFor } from "../wait.ts"

let server: PostgresServer
let url: URL

beforeAll(async () => {
  server = await createPostgresServer({ tls: true })
  url = new URL(await server.createDatabase())
})
afterAll(() => server.close())

const log = { info: () => {}, warn: () => {} }

function withTls(options: Record<string, string>, host = "localhost"): string {
  const address = new URL(url)
  address.hostname = host
  for (const [name, value] of Object.entries(options)) address.searchParams.set(name, value)
  return address.href
}

/** Opens the store and the notifier, and answers which of their connections are encrypted. */
async function encrypted(address: string): Promise<unknown[]> {
  const store = await openPostgresStore({ url: address, migrate: true, log })
  const notifier = await openPostgresNotifier({ url: address, log })
  await store.findShare("nobody")
  const sql =
    "select ssl from pg_stat_ssl join pg_stat_activity using (pid) where application_name like 'better-share%'"
  const rows = await waitFor("earlier connections to be gone", async () => {
    const found = await server.query(sql)
    return found.length === 2 && found
  })
  await notifier.close()
  await store.close()
  return rows.map(({ ssl }) => ssl)
}

test("sslmode=require encrypts, whoever vouches for the server", async () => {
  expect(await encrypted(withTls({ sslmode: "require" }))).toEqual([true, true])
})

test("sslmode=verify-full needs a certificate that is vouched for, for the host's name", async () => {
  const sslmode = "verify-full"
  const sslrootcert = server.certificate
  await expect(encrypted(withTls({ sslmode }))).rejects.toThrow(/cannot be used: self-signed certificate/)
  await expect(encrypted(withTls({ sslmode, sslrootcert }, "127.0.0.1"))).rejects.toThrow(/does not match/)
  expect(await encrypted(withTls({ sslmode, sslrootcert }))).toEqual([true, true])
})

test("sslmode=disable, or none, does not encrypt", async () => {
  expect(await encrypted(withTls({ sslmode: "disable" }))).toEqual([false, false])
  expect(await encrypted(withTls({}))).toEqual([false, false])
})
