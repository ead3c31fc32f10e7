import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { type Cluster, createCluster } from "./cluster.ts"

const SECRET = "hunter2-hunter2"

let cluster: Cluster
beforeAll(async () => {
  cluster = await createCluster()
})
afterAll(() => cluster.close())

test("[Z1] [Z3] [Z5] what was taken out at one server is gone at the other, and stays away", async () => {
  const [a, b] = cluster.nodes.map(({ url }) => createNativeClient(url)) as [Client, Client]
  const { id, secret } = (await a.create("ses_1")).body
  const { session, user, text } = itemsOf("ses_1")
  await a.sync(id, secret, [session({ title: SECRET }), user("msg"), text("msg", "prt_1", `first ${SECRET}`)])
  const page = async (client: Client) => (await client.call("GET", `/share/${id}`)).text
  expect(await page(b)).toContain(`first ${SECRET}`)
  const watcher = await readEvents(`${cluster.nodes[1].url}/api/share/${id}/events?revision=1`)
  onTestFinished(() => watcher.close())

  const owner = createNativeClient(cluster.nodes[0].url, { "x-share-secret": secret })
  const rules = [{ kind: "text", text: SECRET }]
  expect((await owner.call("POST", `/api/share/${id}/redact`, { rules })).status).toBe(200)
  const told = await watcher.waitForEvent("the news", ({ id }) => id === 2)
  expect(told.event).toBe("refresh")
  await waitFor("the other's page", async () => (await page(b)).includes("first [redacted]"))
  expect(await page(b)).not.toContain(SECRET)

  // By the rule that the first one sealed.
  expect((await b.sync(id, secret, [text("msg", "prt_2", `second ${SECRET}`)])).status).toBe(200)
  for (const client of [a, b]) {
    await waitFor("both", async () => (await page(client)).includes("second [redacted]"))
    expect(await page(client)).not.toContain(SECRET)
  }
  expect((await owner.call("GET", `/api/share/${id}/redactions`)).body).toMatchObject({ pending: false })
})

type Client = ReturnType<typeof createNativeClient>
