import { afterAll, beforeAll, expect, test } from "vitest"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let client: ReturnType<typeof createNativeClient>
beforeAll(async () => {
  world = await createWorld()
  client = createNativeClient(world.url)
})
afterAll(() => world.close())

async function filledShare(sessionID: string) {
  const { body } = await client.create(sessionID)
  const { session, user } = itemsOf(sessionID)
  await client.sync(body.id, body.secret, [session()])
  await client.sync(body.id, body.secret, [user("m")])
  return body
}

test("[D1][D2] deleting answers a final receipt, and everything of the share is 410", async () => {
  const { id, secret } = await filledShare("ses_1")
  const { status, body } = await client.remove(id, secret)
  expect(status).toBe(200)
  expect(body).toMatchObject({ ok: true, receipt: { shareID: id, objects: 2, final: true } })
  expect(body.receipt.bytes).toBeGreaterThan(0)
  expect(await world.storedFiles()).toEqual([])
  for (const path of [
    `/share/${id}`,
    `/share/${id}/part/p`,
    ...["data", "events", "metadata"].map((name) => `/api/share/${id}/${name}`),
  ]) {
    expect((await client.call("GET", path)).status, path).toBe(410)
  }
  expect((await client.sync(id, secret, [])).status).toBe(410)
  expect((await client.data(id)).body.error?.code).toBe("gone")
})

test("[D2] repeating gives the same receipt; a wrong secret gives 410", async () => {
  const { id, secret } = await filledShare("ses_2")
  const first = await client.remove(id, secret)
  expect((await client.remove(id, secret)).body).toEqual(first.body)
  expect((await client.remove(id, "wrong")).status).toBe(410)
})

test("[S6] a wrong secret deletes nothing, and is answered like an unknown share", async () => {
  const { id, secret } = await filledShare("ses_3")
  const wrong = await client.remove(id, "wrong")
  expect(wrong.status).toBe(404)
  expect(wrong.text).toBe((await client.remove("b".repeat(22), "wrong")).text)
  expect((await client.data(id)).status).toBe(200)
  await client.remove(id, secret)
})

test("[D4] deleting revokes the earlier shares of the session too", async () => {
  const first = await filledShare("ses_4")
  const second = await filledShare("ses_4")
  await client.remove(second.id, second.secret)
  expect((await client.data(first.id)).status).toBe(410)
  expect(await world.storedFiles()).toEqual([])
})

test("[D5] a tombstone says nothing of what it was", async () => {
  const { id, secret } = await filledShare("ses_secretname")
  await client.remove(id, secret)
  for (const path of [`/share/${id}`, `/api/share/${id}/metadata`]) {
    expect((await client.call("GET", path)).text).not.toContain("ses_secretname")
  }
})
