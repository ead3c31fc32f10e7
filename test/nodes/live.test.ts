import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import type { TextDelta } from "../../src/protocol/passing.ts"
import { createDirectClient } from "../direct-client.ts"
import { readEvents } from "../event-source.ts"
import { createOwner } from "../owner.ts"
import { waitFor } from "../wait.ts"
import { type Cluster, createCluster } from "./cluster.ts"

let cluster: Cluster
let a: ReturnType<typeof createDirectClient>
let b: ReturnType<typeof createDirectClient>
let count = 0
const TOKEN = "a-token-of-the-team"
beforeAll(async () => {
  cluster = await createCluster({ baseUrl: "https://share.example.com", createTokens: [TOKEN] })
  ;[a, b] = cluster.nodes.map(({ url }) => createDirectClient(`${url}/t/${TOKEN}`)) as [typeof a, typeof b]
})
afterAll(() => cluster.close())

async function newShare() {
  const sessionID = `ses_${++count}`
  const { body } = await a.reserve({ sessionId: sessionID, tickets: [] })
  const { shareId: id, secret } = body
  const delta = (from: number, text: string): TextDelta => {
    return { sessionID, messageID: "msg_1", partID: "prt_1", field: "text", from, text }
  }
  return { id, secret, sessionID, delta }
}

async function watchAt(node: 0 | 1, id: string) {
  const reader = await readEvents(`${cluster.nodes[node].url}/api/share/${id}/events`)
  onTestFinished(() => reader.close())
  return reader
}

const viewersAt = async (node: typeof a, id: string) =>
  (await node.call<{ viewers: number }>("GET", `/api/share/${id}/metadata`)).body.viewers

test("[V1] who watches at one node is seen at the other, and that they went", async () => {
  const { id, secret } = await newShare()
  const readers = [await watchAt(0, id), await watchAt(1, id), await watchAt(1, id)]
  for (const node of [a, b]) await waitFor("all three", async () => (await viewersAt(node, id)) === 3)
  expect((await b.presign(id, secret, { tickets: [] })).body.viewers).toBe(3)
  expect((await a.pass(id, secret, {})).body.viewers).toBe(3)
  for (const reader of readers.slice(0, 2)) reader.close()
  for (const node of [a, b]) await waitFor("one to be left", async () => (await viewersAt(node, id)) === 1)
})

test("[V3] what is typed at one node passes by those who watch at the other, in order", async () => {
  const { id, secret, delta } = await newShare()
  const reader = await watchAt(1, id)
  await waitFor("the viewer", async () => (await viewersAt(a, id)) === 1)
  const words = Array.from({ length: 40 }, (_, i) => `word ${i} `)
  let from = 0
  for (const word of words) {
    expect((await a.pass(id, secret, { deltas: [delta(from, word)] })).body).toEqual({ viewers: 1 })
    from += word.length
  }
  const heard = () =>
    reader.received
      .filter(({ event }) => event === "delta")
      .flatMap(({ data }) => (data as { deltas: TextDelta[] }).deltas)
  await waitFor("the last word", () => heard().some(({ text }) => text.includes("word 39")))
  expect(
    heard()
      .map(({ text }) => text)
      .join(""),
  ).toBe(words.join(""))
  expect(reader.received.every(({ id }) => id === undefined)).toBe(true)
})

test("[V1][V3] a connection that was lost brings viewers and passing text again when it is back", async () => {
  const { id, secret, delta } = await newShare()
  const reader = await watchAt(1, id)
  await waitFor("the viewer", async () => (await viewersAt(a, id)) === 1)
  const killed = await cluster.postgres.query(
    "select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'better-share listen'",
  )
  expect(killed.length).toBeGreaterThan(0)
  // Nothing waits for it, so it is said until it is heard.
  await waitFor("later words", async () => {
    await a.pass(id, secret, { deltas: [delta(0, "said again")] })
    return reader.received.some(({ event }) => event === "delta")
  })
})

test("[O2][O6] an owner recovers at one node: the old secrets open nothing at the other", async () => {
  const owner = createOwner()
  const sessionID = "ses_recovered"
  const baseUrl = "https://share.example.com"
  const proof = owner.prove({ action: "create", baseUrl, sessionID })
  const share = (await a.reserve({ sessionId: sessionID, tickets: [], owner: proof })).body
  expect((await b.presign(share.shareId, share.secret, { tickets: [] })).status).toBe(200)
  const { status, body } = await a.recover({
    sessionId: sessionID,
    owner: owner.prove({ action: "recover", baseUrl, sessionID }),
  })
  expect([status, body.shareId]).toEqual([200, share.shareId])
  expect((await b.presign(share.shareId, share.secret, { tickets: [] })).status).toBe(404)
  expect((await b.pass(share.shareId, share.secret, {})).status).toBe(404)
  expect((await b.remove(share.shareId, share.deleteSecret)).status).toBe(404)
  expect((await b.presign(share.shareId, body.secret, { tickets: [] })).status).toBe(200)
})

test("[O4] of one statement at both nodes at once, one is taken", async () => {
  const owner = createOwner()
  const baseUrl = "https://share.example.com"
  const statement = { baseUrl, sessionID: "ses_once" }
  const body = {
    sessionId: "ses_once",
    tickets: [],
    owner: owner.prove({ ...statement, action: "create" }),
  }
  const made = await Promise.all([a, b, a, b].map((node) => node.reserve(body)))
  expect(made.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403])
  const proof = owner.prove({ ...statement, action: "recover" })
  const recovered = await Promise.all(
    [a, b, a, b].map((node) => node.recover({ sessionId: "ses_once", owner: proof })),
  )
  expect(recovered.map(({ status }) => status).sort()).toEqual([200, 403, 403, 403])
  const secret = recovered.find(({ status }) => status === 200)?.body.secret ?? ""
  const { shareId } = made.find(({ status }) => status === 200)?.body ?? {}
  expect((await b.presign(shareId ?? "", secret, { tickets: [] })).status).toBe(200)
})
