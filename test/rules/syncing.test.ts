import { afterAll, beforeAll, expect, test } from "vitest"
import type { Item } from "../../src/protocol/item.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let client: ReturnType<typeof createNativeClient>
let count = 0

beforeAll(async () => {
  world = await createWorld({ maxSyncBytes: 80 * 1024 })
  client = createNativeClient(world.url)
})
afterAll(() => world.close())

async function newShare() {
  const sessionID = `ses_${++count}`
  const { body } = await client.create(sessionID)
  return {
    ...body,
    ...itemsOf(sessionID),
    sessionID,
    sync: (data: Item[]) => client.sync(body.id, body.secret, data),
  }
}

const revisionOf = async (id: string) =>
  (await client.call<{ revision: number }>("GET", `/api/share/${id}/metadata`)).body.revision

test("[S1] what was synced comes back, in its last version", async () => {
  const { id, sync, session, user, text } = await newShare()
  expect((await sync([session(), user("m"), text("m", "p", "first")])).body).toEqual({})
  await sync([text("m", "p", "second")])
  const { body } = await client.data(id)
  expect(body).toEqual([session(), user("m"), text("m", "p", "second")])
})

test("[L1] a sync stores one segment with what changed; one without change stores nothing", async () => {
  const { id, sync, session, user } = await newShare()
  const before = (await world.storedFiles()).length
  await sync([session(), user("m")])
  await sync([session(), user("m")])
  await sync([])
  expect(await revisionOf(id)).toBe(1)
  await sync([session(), user("n")])
  expect(await revisionOf(id)).toBe(2)
  expect((await world.storedFiles()).length - before).toBe(2)
})

test("[L1] what changed is seen after a restart too", async () => {
  const { id, sync, session, user } = await newShare()
  await sync([session(), user("m")])
  await world.restart()
  await sync([session(), user("m")])
  expect(await revisionOf(id)).toBe(1)
  expect((await client.data(id)).body).toHaveLength(2)
})

test("[L2] fifty syncs side by side lose nothing", async () => {
  const { id, sync, user } = await newShare()
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => sync([user(`m${i}`)])))
  expect(answers.map(({ status }) => status)).toEqual(Array(50).fill(200))
  expect(await revisionOf(id)).toBe(50)
  expect((await client.data(id)).body).toHaveLength(50)
})

test("[I3] an unknown type comes back unchanged", async () => {
  const { id, sync } = await newShare()
  const item: Item = { type: "from_the_future", data: { id: "x", deep: { list: [1, null, "é"] } } }
  await sync([item])
  expect((await client.data(id)).body).toEqual([item])
})

test("[I6] content comes back as it was sent, lone surrogates too", async () => {
  const { id, secret, text } = await newShare()
  const body = JSON.stringify({
    secret,
    data: [text("m", "p", "cut \ud83d here, whole 😀, \u0000 and \u2028")],
  })
  expect(body).toContain("\\ud83d")
  expect((await client.call("POST", `/api/share/${id}/sync`, body)).status).toBe(200)
  expect((await client.data(id)).body[0]?.data).toMatchObject({
    text: "cut \ud83d here, whole 😀, \u0000 and \u2028",
  })
})

test("[S2] the secret may stand behind the data", async () => {
  const { id, secret, user } = await newShare()
  const body = JSON.stringify({ data: [user("m")], secret })
  expect((await client.call("POST", `/api/share/${id}/sync`, body)).status).toBe(200)
  expect((await client.data(id)).body).toHaveLength(1)
})

test("[S3] a body over the limit is 413, with the limit in the message, whether its length is told or not", async () => {
  const { id, secret, text } = await newShare()
  const body = JSON.stringify({ secret, data: [text("m", "p", "x".repeat(90_000))] })
  const told = await client.call("POST", `/api/share/${id}/sync`, body)
  expect(told.status).toBe(413)
  expect(told.body.error).toEqual({
    code: "too_large",
    message: "The body is larger than this server takes (80 KiB).",
  })
  const chunked = await fetch(`${world.url}/api/share/${id}/sync`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: new Blob([body]).stream(),
    duplex: "half",
  } as RequestInit)
  expect(chunked.status).toBe(413)
  expect(await revisionOf(id)).toBe(0)
})

test("[S6] unknown share and wrong secret are answered alike", async () => {
  const { id, user } = await newShare()
  const wrong = await client.sync(id, "not-the-secret", [user("m")])
  const unknown = await client.sync("a".repeat(22), "not-the-secret", [user("m")])
  expect(wrong.status).toBe(404)
  expect(wrong.text).toBe(unknown.text)
  expect(await revisionOf(id)).toBe(0)
})

test("[R1] data holds the root session's items only; a child's are asked for by its id", async () => {
  const { id, sync, session, user, sessionID } = await newShare()
  const child = itemsOf("ses_child")
  const ours: Item = { type: "message_hidden", data: { id: "m", sessionID } }
  const diff: Item = { type: "session_diff", data: [], sessionID: "ses_child" }
  const children = [child.session({ parentID: sessionID }), child.user("c"), child.text("c", "p", "x"), diff]
  await sync([session(), user("m"), ...children, ours])
  expect((await client.data(id)).body).toEqual([session(), user("m")])
  expect((await client.call("GET", `/api/share/${id}/data?session=ses_child`)).body).toEqual(children)
  expect((await client.call("GET", `/api/share/${id}/data?session=../x`)).status).toBe(400)
})

test("[U2] an undo is seen however large the batch is that ends it", async () => {
  const { id, sync, session, user, text } = await newShare()
  await sync([
    session(),
    user("m1", 1),
    user("m2", 2),
    text("m2", "p2", "undone words"),
    session({ revert: { messageID: "m2" } }),
  ])
  await sync([text("m3", "p0", "x".repeat(70_000)), user("m3", 3), session()])
  const page = (await client.call("GET", `/share/${id}`)).text
  expect(page).not.toContain("undone words")
})

test("[I3] fields that we do not know come back too", async () => {
  const { id, sync } = await newShare()
  const item = { type: "todo", data: { id: "x" }, since: 7 }
  await sync([item])
  expect((await client.data(id)).body).toEqual([item])
})

test("[U2][U3] what a prompt after an undo hides stays in data", async () => {
  const { id, sync, session, user, text } = await newShare()
  await sync([
    session(),
    user("m1", 1),
    text("m1", "p1", "kept words"),
    user("m2", 2),
    text("m2", "p2", "undone words"),
  ])
  const page = async () => (await client.call("GET", `/share/${id}`)).text
  expect(await page()).toContain("undone words")
  await sync([session({ revert: { messageID: "m2" } })])
  expect(await page()).not.toContain("undone words")
  await sync([session(), user("m3", 3), text("m3", "p3", "another way")])
  expect(await page()).not.toContain("undone words")
  expect(await page()).toContain("another way")
  expect((await client.data(id)).text).toContain("undone words")
  await sync([text("m2", "p2", "undone words")])
  expect(await page()).toContain("undone words")
})

test("[R2] a link with a slash at its end is the same link", async () => {
  const { id } = await newShare()
  expect((await client.call("GET", `/share/${id}/`)).status).toBe(200)
})

test("[R2] /s/:id redirects to the page", async () => {
  const { id } = await newShare()
  const response = await fetch(`${world.url}/s/${id}`, { redirect: "manual" })
  expect(response.status).toBe(302)
  expect(response.headers.get("location")).toBe(`/share/${id}`)
})

test("[R3] data and single parts are kept by no cache", async () => {
  const { id, sync, session, user, text } = await newShare()
  await sync([session(), user("msg_1"), text("msg_1", "prt_1", "words")])
  for (const path of [`/share/${id}/part/prt_1`, `/api/share/${id}/data`, `/api/share/${id}/metadata`]) {
    expect((await client.call("GET", path)).headers.get("cache-control"), path).toBe("no-store")
  }
})
