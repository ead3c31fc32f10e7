import pg from "pg"
import { afterAll, afterEach, beforeAll, expect, test } from "vitest"
import {
  openPostgresLimits,
  type PostgresLimits,
  type PostgresLimitsOptions,
} from "../../src/storage/limiter/postgres.ts"
import { migratePostgres } from "../../src/storage/meta/postgres.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { waitFor } from "../wait.ts"
import { limiterContract } from "./limiter.ts"

let server: PostgresServer
let url: string
const opened: PostgresLimits[] = []

beforeAll(async () => {
  server = await createPostgresServer()
  url = await server.createDatabase()
  await migratePostgres({ url })
})
afterEach(async () => {
  for (const limits of opened.splice(0)) await limits.close()
})
afterAll(() => server.close())

function node(options: Partial<PostgresLimitsOptions> = {}): PostgresLimits {
  const limits = openPostgresLimits({ url, log: { warn: () => {} }, ...options })
  opened.push(limits)
  return limits
}

limiterContract("PostgreSQL", () => node().limiter)

const BUDGET = { name: "new-shares", limit: 10, windowMs: 60_000 } as const
const UNAVAILABLE = { name: "StorageError", retryable: true }

async function query(sql: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query(sql)
  await client.end()
  return rows
}

test("nodes count together: fifty takes at once through two are allowed as often as the limit says", async () => {
  const [a, b] = [node().limiter(BUDGET), node().limiter(BUDGET)]
  const taken = await Promise.all(Array.from({ length: 50 }, (_, i) => (i % 2 ? a : b).take("together")))
  expect(taken.filter(({ allowed }) => allowed)).toHaveLength(10)
  expect(await b.peek("together")).toMatchObject({ remaining: 0 })
})

test("what has expired is deleted by and by, and nothing else", async () => {
  const short = { ...BUDGET, windowMs: 50 }
  const limits = node({ sweepMs: 20 })
  await limits.limiter(BUDGET).take("lasting")
  await limits.limiter(short).take("passing")
  const keys = async () => (await query("select key from limits")).map(({ key }) => key)
  await waitFor("the expired row to go", async () => !(await keys()).includes("new-shares:passing"))
  expect(await keys()).toContain("new-shares:lasting")
})

test("a database that is away is said to be so, whatever is asked, and counts go on where they were", async () => {
  const limiter = node().limiter(BUDGET)
  await limiter.take("outage")
  await server.stop("fast")
  await expect(limiter.take("outage")).rejects.toMatchObject({ ...UNAVAILABLE, op: "limiter.take" })
  await expect(limiter.peek("outage")).rejects.toMatchObject({ ...UNAVAILABLE, op: "limiter.peek" })
  await expect(limiter.giveBack("outage")).rejects.toMatchObject({ ...UNAVAILABLE, op: "limiter.giveBack" })
  await server.start()
  expect(await limiter.take("outage")).toMatchObject({ allowed: true, remaining: 8 })
})

test("who was refused is refused from memory, without the database", async () => {
  const limiter = node().limiter({ ...BUDGET, limit: 1 })
  await limiter.take("flood")
  expect((await limiter.take("flood")).allowed).toBe(false)
  await server.stop("fast")
  expect(await limiter.take("flood")).toMatchObject({ allowed: false, limit: 1, remaining: 0 })
  await server.start()
})

test("a table that cannot be used refuses for now, and is no hole", async () => {
  const limiter = node().limiter(BUDGET)
  await query("alter table limits rename to mislaid")
  await expect(limiter.take("mislaid")).rejects.toMatchObject(UNAVAILABLE)
  await query("alter table mislaid rename to limits")
  expect((await limiter.take("mislaid")).allowed).toBe(true)
})
