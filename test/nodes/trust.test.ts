import { once } from "node:events"
import { createServer } from "node:http"
import { afterAll, beforeAll, expect, test } from "vitest"
import { BY_ITSELF } from "../../src/protocol/audit.ts"
import { createNativeClient } from "../native-client.ts"
import { type Cluster, createCluster } from "./cluster.ts"

let cluster: Cluster
/** The ids of what the operator's webhook was sent, in order. */
const heard: number[] = []
const operator = createServer(async (request, response) => {
  let body = ""
  for await (const chunk of request) body += chunk
  heard.push(...(JSON.parse(body).entries as { id: number }[]).map(({ id }) => id))
  response.end()
})
beforeAll(async () => {
  operator.listen(0, "127.0.0.1")
  await once(operator, "listening")
  const address = operator.address()
  const url = `http://127.0.0.1:${typeof address === "object" && address ? address.port : 0}/`
  cluster = await createCluster({ host: "0.0.0.0", trust: { webhook: { url, secret: "s".repeat(16) } } })
})
afterAll(async () => {
  await cluster.close()
  operator.close()
})

test("[N2] nodes without a configured key have one in common", async () => {
  const [a, b] = cluster.nodes
  expect(await b.trust.keys.open("test", await a.trust.keys.seal("test", "kept"))).toBe("kept")
})

test("[N3] [N4] a code and a session of one node are those of all", async () => {
  const [a, b] = cluster.nodes
  const code = await a.trust.sessions.createEntry("admin", {})
  const taken = await Promise.all([a, b, a, b].map(({ trust }) => trust.sessions.takeEntry(code)))
  expect(taken.filter(Boolean)).toHaveLength(1)
  const { secret } = await a.trust.sessions.start("admin", {})
  const session = await b.trust.sessions.find("admin", secret)
  expect(session).toBeDefined()
  if (!session) return
  expect(await a.trust.sessions.checkFormToken(session, await b.trust.sessions.formToken(session))).toBe(true)
  await b.trust.sessions.end(session)
  expect(await a.trust.sessions.find("admin", secret)).toBeUndefined()
})

test("[B1] of nodes that ask at once, one is given the admin token", async () => {
  const tokens = await Promise.all(cluster.nodes.map(({ trust }) => trust.admin.begin()))
  const [token, ...more] = tokens.filter((text) => text !== undefined)
  expect(more).toEqual([])
  for (const { trust } of cluster.nodes) expect(await trust.admin.check(token ?? "")).toBe(true)
})

test("[N1] a token that one node revokes creates nothing on the other", async () => {
  const [a, b] = cluster.nodes
  const { token, text } = await a.trust.tokens.create({ name: "team", by: BY_ITSELF })
  const create = () => createNativeClient(b.url, { authorization: `Bearer ${text}` }).create("ses_nodes")
  expect((await create()).status).toBe(200)
  await a.trust.tokens.revoke({ id: token.id, by: BY_ITSELF })
  expect((await create()).status).toBe(401)
})

test("[A5] what all nodes record at once is sent whole, and each entry once while none fails", async () => {
  const [a, b] = cluster.nodes
  await Promise.all(
    Array.from({ length: 60 }, (_, at) =>
      (at % 2 ? a : b).trust.audit.record({ event: "unblocked", actor: "admin" }),
    ),
  )
  const recorded: number[] = []
  for await (const rows of a.trust.audit.read({})) recorded.push(...rows.map(({ id }) => id))
  await expect
    .poll(
      async () => {
        // As each node does by itself every few seconds.
        await Promise.all([a.trust.deliver(), b.trust.deliver()])
        return (await a.trust.totals()).webhook
      },
      { timeout: 10_000 },
    )
    .toBe(0)
  expect([...heard].sort((x, y) => x - y)).toEqual(recorded)
})
