import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld } from "../world.ts"
import { type Cluster, createCluster } from "./cluster.ts"

let cluster: Cluster
let a: ReturnType<typeof createNativeClient>
let b: ReturnType<typeof createNativeClient>
let count = 0

beforeAll(async () => {
  cluster = await createCluster()
  ;[a, b] = cluster.nodes.map(({ url }) => createNativeClient(url)) as [typeof a, typeof b]
})
afterAll(() => cluster.close())

async function newShare() {
  const sessionID = `ses_${++count}`
  const { body } = await a.create(sessionID)
  return { ...body, ...itemsOf(sessionID) }
}

async function watchAtB(id: string, revision: number) {
  const reader = await readEvents(`${cluster.nodes[1].url}/api/share/${id}/events?revision=${revision}`)
  onTestFinished(() => reader.close())
  return reader
}

test("what one node takes in, the other shows", async () => {
  const { id, secret, session, user, text } = await newShare()
  await a.sync(id, secret, [
    session({ title: "On two nodes" }),
    user("msg_1"),
    text("msg_1", "prt_1", "first words"),
  ])
  expect((await b.data(id)).body).toHaveLength(3)
  expect((await b.call("GET", `/share/${id}`)).text).toContain("first words")
  await a.sync(id, secret, [text("msg_1", "prt_1", "later words")])
  await waitFor("the other page", async () =>
    (await b.call("GET", `/share/${id}`)).text.includes("later words"),
  )
  expect((await b.data(id)).body).toHaveLength(3)
})

test("a sync through one node is live on a page of the other", async () => {
  const { id, secret, session, text } = await newShare()
  await a.sync(id, secret, [session()])
  const reader = await watchAtB(id, 1)
  await a.sync(id, secret, [text("msg_1", "prt_1", "said at the first node")])
  const { data } = await reader.waitForEvent("the patch", ({ id }) => id === 2)
  expect(JSON.stringify(data)).toContain("said at the first node")
})

test("a revocation holds everywhere at once, ends the pages of every node, and empties the bucket", async () => {
  const { id, secret, session } = await newShare()
  await a.sync(id, secret, [session()])
  const reader = await watchAtB(id, 1)
  expect((await a.remove(id, secret)).body.receipt).toMatchObject({
    objects: 1,
    clearedAt: expect.any(String),
    final: false,
  })
  expect((await b.data(id)).status).toBe(410)
  expect((await b.call("GET", `/share/${id}`)).status).toBe(410)
  expect((await b.sync(id, secret, [session({ title: "late" })])).status).toBe(410)
  await reader.waitForEvent("the end", ({ event }) => event === "gone")
  expect(cluster.s3.keys().filter((key) => key.includes(id))).toEqual([])
})

test("fifty clients that write one share through two nodes lose nothing", async () => {
  const { id, secret, user } = await newShare()
  const answers = await Promise.all(
    Array.from({ length: 50 }, (_, i) => (i % 2 ? a : b).sync(id, secret, [user(`msg_${i}`)])),
  )
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
  for (const node of [a, b]) {
    expect((await node.data(id)).body).toHaveLength(50)
    expect((await node.call<{ revision: number }>("GET", `/api/share/${id}/metadata`)).body.revision).toBe(50)
  }
})

test("what a node does not hear while its connection is lost it makes up for", async () => {
  const { id, secret, session, text } = await newShare()
  await a.sync(id, secret, [session()])
  const reader = await watchAtB(id, 1)
  const killed = await cluster.postgres.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'better-share listen'",
  )
  expect(killed.length).toBeGreaterThan(0)
  await a.sync(id, secret, [text("msg_1", "prt_1", "into the gap")])
  const { data } = await reader.waitForEvent("the patch", ({ id }) => id === 2)
  expect(JSON.stringify(data)).toContain("into the gap")
})

test("a database that is away is answered 503 with Retry-After, and nothing acknowledged is lost", async () => {
  const { id, secret, session, user } = await newShare()
  await a.sync(id, secret, [session()])
  await cluster.postgres.stop("crash")
  const refused = await a.sync(id, secret, [user("m")])
  expect([refused.status, refused.body.error?.code]).toEqual([503, "unavailable"])
  expect(refused.headers.get("retry-after")).toBe("5")
  expect((await b.data(id)).status).toBe(503)
  await cluster.postgres.start()
  await waitFor("the nodes to heal", async () => (await a.sync(id, secret, [user("m")])).status === 200)
  expect((await b.data(id)).body).toEqual([session(), user("m")])
})

test("nodes that start at once on an empty database make one sample between them", async () => {
  const databaseUrl = await cluster.postgres.createDatabase()
  const worlds = await Promise.all(
    [1, 2, 3].map(() => createWorld({ databaseUrl, sample: true, s3: cluster.s3Settings })),
  )
  onTestFinished(async () => {
    for (const world of worlds) await world.close()
  })
  for (const { url } of worlds) {
    const sample = /href="([^"]*\/share\/[^"]*)"/.exec(await (await fetch(url)).text())?.[1] ?? "no link"
    const id = sample.split("/").at(-1)
    expect((await (await fetch(`${url}/api/share/${id}/metadata`)).json()) as object).toMatchObject({
      revision: 1,
    })
  }
})

test("a store that is away is answered 503, and nothing acknowledged is lost", async () => {
  const { id, secret, session, user } = await newShare()
  await a.sync(id, secret, [session()])
  cluster.s3.inject("PutObject", { kind: "refuse", status: 503, code: "SlowDown" })
  const refused = await a.sync(id, secret, [user("m")])
  expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "5"])
  cluster.s3.heal()
  expect((await a.sync(id, secret, [user("m")])).status).toBe(200)
  expect((await b.data(id)).body).toEqual([session(), user("m")])
})
