import { createHmac } from "node:crypto"
import { once } from "node:events"
import { mkdtemp, rm } from "node:fs/promises"
import { createServer, type IncomingMessage, type Server } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createMachine } from "../host/machine.ts"
import type { Database } from "../storage/meta/kysely-store.ts"
import { openSqliteStore } from "../storage/meta/sqlite.ts"
import { createSigner, createWebhook, type Webhook } from "./webhook.ts"

const SECRET = "a secret of both sides"

let folder: string
let database: Database
let server: Server
let url: string
let now = 1_700_000_000_000
/** What the operator's server answers next: a status, or nothing at all. */
let answers: (number | "hang")[]
let heard: { headers: IncomingMessage["headers"]; body: string }[]
const warned: object[] = []

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "better-share-webhook-"))
  database = await openSqliteStore({ file: join(folder, "meta.db"), migrate: true })
  await database.trust.startOutbox()
  answers = []
  heard = []
  warned.length = 0
  server = createServer(async (request, response) => {
    let body = ""
    for await (const chunk of request) body += chunk
    heard.push({ headers: request.headers, body })
    const answer = answers.shift() ?? 200
    if (answer === "hang") return
    response.writeHead(answer, { location: "/elsewhere" }).end()
  }).listen(0, "127.0.0.1")
  await once(server, "listening")
  const address = server.address()
  url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/audit?hidden`
})
afterEach(async () => {
  server.closeAllConnections()
  server.close()
  await database.close()
  await rm(folder, { recursive: true, force: true })
})

async function node(): Promise<Webhook> {
  const log = {
    info() {},
    error() {},
    warn: (fields: object, message: string) => void warned.push({ fields, message }),
  }
  const machine = { ...createMachine(), now: () => now }
  const sign = await createSigner(crypto.subtle, SECRET)
  return createWebhook({ url, store: database.trust, machine, log, fetch, sign })
}

const record = (...actors: string[]) =>
  database.trust.recordAudit(actors.map((actor) => ({ at: now, event: "blocked", actor })))
const actors = () =>
  heard.map(({ body }) => (JSON.parse(body).entries as { actor: string }[]).map(({ actor }) => actor))

test("[A5] what was recorded is sent once, in order, signed with its time", async () => {
  await record("a", "b")
  const webhook = await node()
  await webhook.deliver()
  await record("c")
  await webhook.deliver()
  await webhook.deliver()
  expect(actors()).toEqual([["a", "b"], ["c"]])
  const [{ headers, body }] = heard as [(typeof heard)[number]]
  const timestamp = String(now)
  const hmac = createHmac("sha256", SECRET).update(`${timestamp}.${body}`).digest("hex")
  expect(headers).toMatchObject({
    "content-type": "application/json",
    "x-better-share-timestamp": timestamp,
    "x-better-share-signature": `sha256=${hmac}`,
  })
  expect(JSON.parse(body).entries[0]).toMatchObject({ at: new Date(now).toISOString(), event: "blocked" })
})

test("[A5] more than a hundred go in several requests, one after the other", async () => {
  await record(...Array.from({ length: 205 }, (_, at) => String(at)))
  await (await node()).deliver()
  expect(actors().map(({ length }) => length)).toEqual([100, 100, 5])
  expect(actors().flat()).toEqual(Array.from({ length: 205 }, (_, at) => String(at)))
})

test("[A5] what was refused is sent again, later each time, and what follows waits behind it", async () => {
  answers = [500, 302, 200]
  await record("a")
  const webhook = await node()
  await webhook.deliver()
  await record("b")
  await webhook.deliver()
  expect(actors()).toEqual([["a"]])
  now += 1_000
  await webhook.deliver()
  expect(actors()).toHaveLength(2)
  now += 1_999
  await webhook.deliver()
  expect(actors()).toHaveLength(2)
  now += 1
  await webhook.deliver()
  expect(actors()).toEqual([["a"], ["a", "b"], ["a", "b"]])
  expect(await database.trust.countOutbox()).toBe(0)
  // Neither the address nor what was sent.
  expect(JSON.stringify(warned)).not.toContain("hidden")
  expect(warned).toHaveLength(2)
})

test("[A5] one node sends at a time, and what it leaves behind another sends", async () => {
  answers = ["hang"]
  await record("a")
  const [first, second] = [await node(), await node()]
  const hanging = first.deliver()
  await expect.poll(() => heard.length).toBe(1)
  await second.deliver()
  expect(heard).toHaveLength(1)
  // It is stopped, or dies: then nobody gives the lease back, and it ends by itself.
  await first.stop()
  await hanging
  await second.deliver()
  expect(actors()).toEqual([["a"], ["a"]])

  answers = ["hang"]
  await record("b")
  const third = await node()
  const dying = third.deliver()
  await expect.poll(() => heard.length).toBe(3)
  now += 30_000
  await second.deliver()
  expect(actors().at(-1)).toEqual(["b"])
  await third.stop()
  await dying
  expect(await database.trust.countOutbox()).toBe(0)
})
