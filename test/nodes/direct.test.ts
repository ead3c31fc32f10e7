import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import { claimOf, createDirectClient, pack, put, wishOf } from "../direct-client.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { type Cluster, createCluster } from "./cluster.ts"

// The direct door on PostgreSQL and a bucket: content passes between client and bucket, and no node sees it.
let cluster: Cluster
let a: ReturnType<typeof createDirectClient>
let b: ReturnType<typeof createDirectClient>
beforeAll(async () => {
  cluster = await createCluster()
  ;[a, b] = cluster.nodes.map(({ url }) => createDirectClient(url)) as [typeof a, typeof b]
})
afterAll(() => cluster.close())

test("[P4] a session streamed by tickets takes two requests a sync, and is live on the other node", async () => {
  const sessionId = "ses_streamed"
  const { session, user, text } = itemsOf(sessionId)
  const batches = [
    [session(), user("msg_1")],
    ...Array.from({ length: 9 }, (_, i) => [text("msg_1", "prt_1", `word ${i}`)]),
  ].map(pack)
  const share = (await a.reserve({ sessionId, tickets: batches.slice(0, 1).map(wishOf) })).body
  const reader = await readEvents(`${cluster.nodes[1].url}/api/share/${share.shareId}/events`)
  onTestFinished(() => reader.close())

  let [ticket] = share.tickets
  for (const [i, packed] of batches.entries()) {
    if (!ticket) throw new Error("no ticket")
    expect(new URL(ticket.url).origin).toBe(cluster.s3.endpoint)
    expect(await put(ticket, packed.body)).toBe(200)
    const commit = { segments: [claimOf(ticket, packed)] }
    // Either node will do.
    const node = i % 2 === 0 ? a : b
    const tickets = batches.slice(i + 1, i + 2).map(wishOf)
    const { status, body } = await node.presign(share.shareId, share.secret, { commit, tickets })
    expect([status, body.revision]).toEqual([200, i + 1])
    ;[ticket] = body.tickets
  }
  const { data } = await reader.waitForEvent("the last words", ({ data }) =>
    JSON.stringify(data).includes("word 8"),
  )
  expect(data).toBeDefined()
  const read = await b.call("GET", `/api/share/${share.shareId}/data`)
  expect(read.text).toContain("word 8")
})

test("[P4] one commit through both nodes at once is one commit", async () => {
  const packed = pack([itemsOf("ses_twice").session()])
  const share = (await a.reserve({ sessionId: "ses_twice", tickets: [wishOf(packed)] })).body
  const [ticket] = share.tickets
  if (!ticket) throw new Error("no ticket")
  await put(ticket, packed.body)
  const commit = { segments: [claimOf(ticket, packed)] }
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) => (i % 2 ? a : b).presign(share.shareId, share.secret, { commit })),
  )
  expect(answers.map(({ status, body }) => [status, body.revision])).toEqual(Array(20).fill([200, 1]))
  expect((await a.manifest(share.shareId, share.secret)).body.segments).toHaveLength(1)
})

test("[P5] one merge through both nodes at once is one merge, and all are told so", async () => {
  const { session, user } = itemsOf("ses_merged")
  const packs = [pack([session()]), pack([user("msg_1")]), pack([session(), user("msg_1")])]
  const share = (await a.reserve({ sessionId: "ses_merged", tickets: packs.map(wishOf) })).body
  const claims = await Promise.all(
    packs.map(async (packed, i) => {
      const ticket = share.tickets[i]
      if (!ticket) throw new Error("no ticket")
      expect(await put(ticket, packed.body)).toBe(200)
      return claimOf(ticket, packed)
    }),
  )
  const [segments, segment] = [claims.slice(0, 2), claims[2]]
  await a.presign(share.shareId, share.secret, { commit: { segments } })
  const merge = { replaces: segments.map(({ segment }) => segment), epoch: 0, segment }
  const answers = await Promise.all(
    [a, b, a, b].map((node) => node.presign(share.shareId, share.secret, { merge })),
  )
  expect(answers.map(({ status, body }) => [status, body.epoch])).toEqual(Array(4).fill([200, 1]))
  expect((await a.manifest(share.shareId, share.secret)).body.segments).toHaveLength(1)
})

test("[P4] a NUL in a title is left out on PostgreSQL, too", async () => {
  const packed = pack([itemsOf("ses_nul").session()])
  const share = (await a.reserve({ sessionId: "ses_nul", tickets: [wishOf(packed)] })).body
  const [ticket] = share.tickets
  if (!ticket) throw new Error("no ticket")
  await put(ticket, packed.body)
  const counts = { messageCount: 0, partCount: 0, diffCount: 0, modelCount: 0 }
  const commit = { segments: [claimOf(ticket, packed)], metadata: { title: "A\0 title", ...counts } }
  expect((await a.presign(share.shareId, share.secret, { commit })).status).toBe(200)
  const { body } = await b.call("GET", `/api/share/${share.shareId}/metadata`)
  expect(body).toMatchObject({ title: "A title" })
})

test("[F3] a plain object that two nodes look at is one change", async () => {
  const sessionId = "ses_plain"
  const share = (await a.reserve({ sessionId })).body
  const { session, user } = itemsOf(sessionId)
  const data = { session: session().data, messages: [{ info: user("msg_1").data, parts: [] }] }
  const upload = { url: share.presignedUrl ?? "", headers: share.headers ?? {} }
  expect(await put(upload, JSON.stringify(data))).toBe(200)
  const pages = await Promise.all(
    Array.from({ length: 10 }, (_, i) => (i % 2 ? a : b).call("GET", `/share/${share.shareId}`)),
  )
  expect(pages.map(({ status }) => status)).toEqual(Array(10).fill(200))
  const { body } = await b.call("GET", `/api/share/${share.shareId}/metadata`)
  expect(body).toMatchObject({ revision: 1, syncCount: 1, messageCount: 1 })
})

test("[P2] of twenty who want an id through two nodes, one gets it", async () => {
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      (i % 2 ? a : b).reserve({ shareId: "wanted_on_both", sessionId: "ses_wanted", tickets: [] }),
    ),
  )
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1)
  expect(answers.filter(({ status }) => status === 409)).toHaveLength(19)
})

test("[D1] deleted through one node, it is gone from the bucket and on the other", async () => {
  const packed = pack([itemsOf("ses_gone").session()])
  const share = (await a.reserve({ sessionId: "ses_gone", tickets: [wishOf(packed)] })).body
  const [ticket] = share.tickets
  if (!ticket) throw new Error("no ticket")
  await put(ticket, packed.body)
  await a.presign(share.shareId, share.secret, { commit: { segments: [claimOf(ticket, packed)] } })
  expect((await b.call("GET", `/api/share/${share.shareId}/data`)).status).toBe(200)
  expect((await a.remove(share.shareId, share.secret)).body.receipt).toMatchObject({ objects: 1 })
  expect((await b.call("GET", `/api/share/${share.shareId}/data`)).status).toBe(410)
  expect((await b.presign(share.shareId, share.secret, { tickets: [] })).status).toBe(410)
})

test("[P2] a node that has the old share in memory shows nothing of it under the new one", async () => {
  const shareId = "kept_in_memory"
  const fill = async (sessionId: string, words: string) => {
    const { session, text } = itemsOf(sessionId)
    const packed = pack([session(), text("msg_1", "prt_1", words)])
    const share = (await a.reserve({ shareId, sessionId, tickets: [wishOf(packed)] })).body
    const [ticket] = share.tickets
    if (!ticket) throw new Error("no ticket")
    await put(ticket, packed.body)
    await a.presign(shareId, share.secret, { commit: { segments: [claimOf(ticket, packed)] } })
    return share
  }
  const first = await fill("ses_old", "old words")
  expect((await b.call("GET", `/api/share/${shareId}`)).text).toContain("old words")
  await a.remove(shareId, first.secret)
  await fill("ses_new", "new words")
  for (const path of [`/api/share/${shareId}`, `/api/share/${shareId}/data`, `/share/${shareId}`]) {
    const { text } = await b.call("GET", path)
    expect(text, path).toContain("new words")
    expect(text, path).not.toContain("old words")
    expect(text, path).not.toContain("ses_old")
  }
})
