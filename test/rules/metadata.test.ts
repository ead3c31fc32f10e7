import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import type { MetadataAnswer } from "../../src/protocol/routes.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let client: ReturnType<typeof createNativeClient>
let count = 0
beforeAll(async () => {
  world = await createWorld()
  client = createNativeClient(world.url)
})
afterAll(() => world.close())

async function newShare() {
  const sessionID = `ses_${++count}`
  const { id, secret } = (await client.create(sessionID)).body
  return { id, secret, sessionID, ...itemsOf(sessionID) }
}

const metadata = async (id: string) =>
  (await client.call<MetadataAnswer>("GET", `/api/share/${id}/metadata`)).body

test("[M1] counts are kept by the syncs", async () => {
  const { id, secret, sessionID, session, user, assistant, text } = await newShare()
  expect(await metadata(id)).toMatchObject({ id, sessionID, messageCount: 0, syncCount: 0, revision: 0 })
  await client.sync(id, secret, [session({ title: "First title" }), user("m1"), text("m1", "p1", "a")])
  await client.sync(id, secret, [
    session({ title: "Last title" }),
    user("m1", 7),
    assistant("m2"),
    text("m1", "p1", "b"),
    text("m2", "p2", "c"),
    { type: "session_diff", data: [{ file: "a.ts" }, { file: "b.ts" }] },
    { type: "model", data: [{ id: "m" }] },
  ])
  // Nothing new, and so no sync.
  await client.sync(id, secret, [assistant("m2")])
  expect(await metadata(id)).toEqual({
    id,
    sessionID,
    title: "Last title",
    directory: "/home/dev/demo",
    messageCount: 2,
    partCount: 2,
    diffCount: 2,
    modelCount: 1,
    visibility: "unlisted",
    syncCount: 2,
    revision: 2,
    viewers: 0,
    createdAt: expect.stringMatching(/^\d{4}-/),
    lastUpdated: expect.stringMatching(/^\d{4}-/),
  })
})

test("[M1] they are those of the root session, and know removals", async () => {
  const { id, secret, sessionID, session, user, text } = await newShare()
  const child = itemsOf("ses_child")
  await client.sync(id, secret, [
    session(),
    child.session({ title: "Subagent", parentID: sessionID }),
    ...[user("m1"), text("m1", "p1", "a"), user("m2"), text("m2", "p2", "a"), text("m2", "p3", "a")],
    ...[child.user("c1"), child.text("c1", "cp1", "a")],
  ])
  expect(await metadata(id)).toMatchObject({ title: "A session", messageCount: 2, partCount: 3 })
  await client.sync(id, secret, [
    { type: "message_removed", data: { id: "m2", sessionID } },
    { type: "part_removed", data: { id: "cp1", messageID: "c1", sessionID: "ses_child" } },
  ])
  expect(await metadata(id)).toMatchObject({ messageCount: 1, partCount: 1 })
  // A node that begins anew counts the same.
  await world.restart()
  await client.sync(id, secret, [user("m3"), text("m1", "p1", "changed")])
  expect(await metadata(id)).toMatchObject({ messageCount: 2, partCount: 1 })
})

test("[M1] viewers are who watches now", async () => {
  const { id, secret, session } = await newShare()
  await client.sync(id, secret, [session()])
  const readers = await Promise.all(
    [1, 2].map(() => readEvents(`${world.url}/api/share/${id}/events?revision=1`)),
  )
  onTestFinished(() => {
    for (const reader of readers) reader.close()
  })
  expect(await metadata(id)).toMatchObject({ viewers: 2 })
  readers[0]?.close()
  await waitFor("one to leave", async () => (await metadata(id)).viewers === 1 || undefined)
})

test("[M1] a removed share has none", async () => {
  const { id, secret, session } = await newShare()
  await client.sync(id, secret, [session({ title: "Secret title" })])
  await client.remove(id, secret)
  const answer = await client.call("GET", `/api/share/${id}/metadata`)
  expect(answer.status).toBe(410)
  expect(answer.text).not.toContain("Secret title")
})

test("[M1] a title that no row could hold is shortened, not refused", async () => {
  const { id, secret, session } = await newShare()
  const title = `\0${"t".repeat(9_000)}`
  expect((await client.sync(id, secret, [session({ title })])).status).toBe(200)
  expect(await metadata(id)).toMatchObject({ title: "t".repeat(500) })
})
