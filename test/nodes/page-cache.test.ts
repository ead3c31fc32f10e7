import { afterAll, beforeAll, expect, test } from "vitest"
import { createLog } from "../../src/host/log.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { type Cluster, createCluster } from "./cluster.ts"

let cluster: Cluster
let a: ReturnType<typeof createNativeClient>
let b: ReturnType<typeof createNativeClient>
let count = 0
const warnings: string[] = []

beforeAll(async () => {
  const log = { ...createLog("silent"), warn: (_: object, message: string) => void warnings.push(message) }
  cluster = await createCluster({ log })
  ;[a, b] = cluster.nodes.map(({ url }) => createNativeClient(url)) as [typeof a, typeof b]
})
afterAll(() => cluster.close())

/** A share made at one node, whose page the other has in memory. */
async function keptAtB() {
  const sessionID = `ses_${++count}`
  const { id, secret } = (await a.create(sessionID)).body
  const { session, text } = itemsOf(sessionID)
  await a.sync(id, secret, [session(), text("msg_1", "prt_1", "first words")])
  const page = `/share/${id}`
  const tag = (await b.call("GET", page)).headers.get("etag") ?? ""
  const unlessKept = createNativeClient(cluster.nodes[1].url, { "if-none-match": tag })
  expect((await unlessKept.call("GET", page)).status).toBe(304)
  return { id, secret, text, ask: () => unlessKept.call("GET", page) }
}

/** Ends the connections that bring news, and lets none be made before `work` is done. */
async function whileUnheard(work: () => Promise<void>): Promise<void> {
  const { postgres, databaseUrl } = cluster
  const name = new URL(databaseUrl).pathname.slice(1)
  warnings.length = 0
  await postgres.query(`alter database ${name} allow_connections false`)
  try {
    await postgres.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'better-share listen'",
    )
    const lost = () => warnings.filter((message) => message.includes("is lost")).length >= 2
    await waitFor("both nodes to notice", lost, { interval: 5 })
    await work()
  } finally {
    await postgres.query(`alter database ${name} allow_connections true`)
  }
}

test("[R4] a commit at one node makes another page at the other", async () => {
  const { id, secret, text, ask } = await keptAtB()
  await a.sync(id, secret, [text("msg_1", "prt_1", "later words")])
  await waitFor("the news", async () => (await ask()).text.includes("later words"))
})

test("[R5] revoked at one node is 410 at the other, also while that hears nothing", async () => {
  const { id, secret, ask } = await keptAtB()
  await whileUnheard(async () => {
    expect((await ask()).status).toBe(304)
    expect((await a.remove(id, secret)).status).toBe(200)
    expect((await ask()).status).toBe(410)
  })
})

test("[R4] what is committed while a node hears nothing is on its next page", async () => {
  const { id, secret, text, ask } = await keptAtB()
  await whileUnheard(async () => {
    expect((await a.sync(id, secret, [text("msg_1", "prt_1", "into the gap")])).status).toBe(200)
    expect((await ask()).text).toContain("into the gap")
  })
})
