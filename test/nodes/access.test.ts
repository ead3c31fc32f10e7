import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { type Cluster, createCluster } from "./cluster.ts"

let cluster: Cluster
let ahead = 0
let count = 0
beforeAll(async () => {
  cluster = await createCluster({ now: () => Date.now() + ahead })
})
afterAll(() => cluster.close())

const PASSWORD = "correct horse battery"
const urls = () => cluster.nodes.map(({ url }) => url) as [string, string]

async function filledShare() {
  const sessionID = `ses_${++count}`
  const [url] = urls()
  const { id, secret } = (await createNativeClient(url).create(sessionID)).body
  const items = itemsOf(sessionID)
  await createNativeClient(url).sync(id, secret, [items.session(), items.user("msg_1")])
  return { id, secret, ...items }
}

function change(url: string, { id, secret }: { id: string; secret: string }, body: unknown) {
  return createNativeClient(url, { "x-share-secret": secret }).call("PATCH", `/api/share/${id}`, body)
}

test("[Y6] a change at one node holds at the other: its kept page, its streams, its passes", async () => {
  const [here, there] = urls()
  const share = await filledShare()
  const page = async () => (await fetch(`${there}/share/${share.id}`)).status
  expect([await page(), await page()]).toEqual([200, 200])
  const events = await readEvents(`${there}/api/share/${share.id}/events`)
  expect((await change(here, share, { password: PASSWORD })).status).toBe(200)
  await waitFor("the page to be closed", async () => (await page()) === 401)
  await waitFor("the stream to end", () => events.hasEnded())
  const { body } = await createNativeClient(here).call<{ capability: string }>(
    "POST",
    `/api/share/${share.id}/unlock`,
    { password: PASSWORD },
  )
  // What one node gives out the other takes: they have the same key.
  const opened = `${there}/api/share/${share.id}_${body.capability}/data`
  expect((await fetch(opened)).status).toBe(200)
  await change(there, share, { visibility: "private" })
  await waitFor("the pass to end", async () => (await fetch(opened.replace(there, here))).status === 404)
})

test("[Y8] a share expires on all nodes at its moment, and one of them deletes it", async () => {
  const [here, there] = urls()
  const share = await filledShare()
  await change(here, share, { expires: "1m" })
  expect((await fetch(`${there}/share/${share.id}`)).status).toBe(200)
  ahead += 60_000
  for (const url of urls()) expect((await fetch(`${url}/share/${share.id}`)).status).toBe(410)
  await Promise.all(cluster.nodes.map((node) => node.upkeep()))
  expect(cluster.s3.keys().filter((key) => key.includes(share.id))).toEqual([])
})

/** What three may do with a share at once, and at which node. */
const ACTS = {
  revoke: (url: string, { id, secret }: { id: string; secret: string }) =>
    createNativeClient(url).remove(id, secret),
  sync: (url: string, share: Awaited<ReturnType<typeof filledShare>>) =>
    createNativeClient(url).sync(share.id, share.secret, [share.text("msg_1", `prt_${++count}`, "more")]),
  view: (url: string, { id }: { id: string }) => createNativeClient(url).call("GET", `/share/${id}`),
  close: (url: string, share: { id: string; secret: string }) =>
    change(url, share, { visibility: "private" }),
} as const
type Act = keyof typeof ACTS

/** Every order of some things. */
function ordersOf<T>(things: readonly T[]): T[][] {
  if (things.length <= 1) return [[...things]]
  return things.flatMap((first, at) =>
    ordersOf(things.filter((_, other) => other !== at)).map((rest) => [first, ...rest]),
  )
}

describe("[D1][D6][Y6] revoke, close, sync and view from two nodes, in all orders", () => {
  const names = Object.keys(ACTS) as Act[]
  for (const pattern of ["0101", "0110", "1010", "0011"]) {
    test(`at nodes ${pattern}: nothing is shown or stored behind the revocation`, async () => {
      for (const order of ordersOf(names)) {
        const share = await filledShare()
        // Begun one after the other, and none waits for the one before.
        const answers = await Promise.all(
          order.map((act, at) => ACTS[act](urls()[Number(pattern[at])] as string, share)),
        )
        const status = Object.fromEntries(order.map((act, at) => [act, answers[at]?.status]))
        const said = `${order.join(" ")}: ${JSON.stringify(status)}`
        expect(status.revoke, said).toBe(200)
        expect([200, 410], said).toContain(status.sync)
        expect([200, 404, 410], said).toContain(status.view)
        expect([200, 410], said).toContain(status.close)
        for (const url of urls()) expect((await fetch(`${url}/share/${share.id}`)).status, said).toBe(410)
        expect(
          cluster.s3.keys().filter((key) => key.includes(share.id)),
          said,
        ).toEqual([])
      }
    })
  }
})
