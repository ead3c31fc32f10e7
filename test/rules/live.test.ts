import { afterAll, beforeAll, expect, test } from "vitest"
import type { Item } from "../../src/protocol/item.ts"
import type { PatchOp } from "../../src/protocol/patch.ts"
import { type EventReader, type ReceivedEvent, readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let client: ReturnType<typeof createNativeClient>
let count = 0
const open: EventReader[] = []

beforeAll(async () => {
  world = await createWorld()
  client = createNativeClient(world.url)
})
afterAll(async () => {
  for (const reader of open) reader.close()
  await world.close()
})

async function newShare() {
  const sessionID = `ses_${++count}`
  const { body } = await client.create(sessionID)
  const watch = async (revision: number, headers: Record<string, string> = {}) => {
    const reader = await readEvents(`${world.url}/api/share/${body.id}/events?revision=${revision}`, headers)
    open.push(reader)
    return reader
  }
  return {
    ...body,
    ...itemsOf(sessionID),
    watch,
    sync: (data: Item[]) => client.sync(body.id, body.secret, data),
  }
}

const opsOf = (event: ReceivedEvent) => (event.data as { ops: PatchOp[] }).ops
const htmlOf = (event: ReceivedEvent) =>
  opsOf(event)
    .map((op) => (op.op === "put" ? op.html : ""))
    .join("")

test("[E1][E2] a commit reaches the watcher as a patch whose id is its revision", async () => {
  const { sync, session, user, text, watch } = await newShare()
  await sync([session(), user("msg_1"), text("msg_1", "prt_1", "first words")])
  const reader = await watch(1)
  await sync([text("msg_1", "prt_2", "more words")])
  const event = await reader.waitForEvent("the patch", ({ event }) => event === "patch")
  expect(event.id).toBe(2)
  expect(htmlOf(event)).toContain("more words")
  expect(htmlOf(event)).not.toContain("first words")
  expect(opsOf(event)).toContainEqual(expect.objectContaining({ op: "put", id: "prt_2", after: "prt_1" }))
})

test("[E3] a watcher from before the first sync gets all of it", async () => {
  const { id, sync, session, user, text, watch } = await newShare()
  expect((await client.call("GET", `/share/${id}`)).text).toContain('id="waiting"')
  const reader = await watch(0)
  await sync([session({ title: "Now it begins" }), user("msg_1"), text("msg_1", "prt_1", "first words")])
  const event = await reader.waitForEvent("the patch", ({ event }) => event === "patch")
  expect(htmlOf(event)).toContain("Now it begins")
  expect(htmlOf(event)).toContain("first words")
  expect(opsOf(event)).toContainEqual({ op: "remove", id: "waiting" })
})

test("[E1] who comes back with Last-Event-ID gets what was missed, and only that", async () => {
  const { sync, session, text, watch } = await newShare()
  await sync([session()])
  const stays = await watch(1)
  for (const words of ["one", "two", "three"]) await sync([text("msg_1", `prt_${words}`, words)])
  await stays.waitForEvent("revision 4", ({ id }) => id === 4)
  const back = await watch(1, { "last-event-id": "2" })
  await back.waitForEvent("revision 4", ({ id }) => id === 4)
  const html = back.received.map(htmlOf).join("")
  expect(html).not.toContain("one")
  expect(html).toContain("two")
  expect(html).toContain("three")
})

test("[E2] a page that is too old is told to fetch itself anew", async () => {
  const { sync, session, text, watch } = await newShare()
  for (const words of ["one", "two", "three"]) await sync([session(), text("msg_1", "prt_1", words)])
  const reader = await watch(1)
  expect(await reader.waitForEvent("a refresh", () => true)).toMatchObject({ event: "refresh", id: 3 })
})

test("[E2] a page from the future, as after a restored backup, is told so too", async () => {
  const { sync, session, watch } = await newShare()
  await sync([session()])
  expect(await (await watch(99)).waitForEvent("a refresh", () => true)).toMatchObject({
    event: "refresh",
    id: 1,
  })
})

test("[E2] a very large change is a refresh, not thousands of patches", async () => {
  const { sync, text, watch } = await newShare()
  const reader = await watch(0)
  await sync(Array.from({ length: 1000 }, (_, i) => text("msg_1", `prt_${i}`, "x")))
  expect(await reader.waitForEvent("a refresh", () => true)).toMatchObject({ event: "refresh", id: 1 })
})

test("[U1] an undo takes the messages off open pages, a redo brings them back", async () => {
  const { sync, session, user, text, watch } = await newShare()
  await sync([
    session(),
    user("msg_1", 1),
    text("msg_1", "prt_1", "kept"),
    user("msg_2", 2),
    text("msg_2", "prt_2", "undone"),
  ])
  const reader = await watch(1)
  await sync([session({ revert: { messageID: "msg_2" } })])
  const undo = await reader.waitForEvent("the undo", ({ id }) => id === 2)
  expect(opsOf(undo)).toContainEqual({ op: "remove", id: "msg_2.turn" })
  await sync([session()])
  const redo = await reader.waitForEvent("the redo", ({ id }) => id === 3)
  expect(htmlOf(redo)).toContain("undone")
  expect(htmlOf(redo)).not.toContain('id="msg_1"')
})

test("[E5] watchers are told how many they are, and who comes later is told at once", async () => {
  const { sync, session, watch } = await newShare()
  await sync([session()])
  const first = await watch(1)
  const second = await watch(1)
  const counts = (reader: typeof first, count: number) =>
    reader.waitForEvent(
      `${count} watching`,
      ({ event, data }) => event === "viewers" && (data as { count: number }).count === count,
    )
  expect((await counts(first, 2)).id).toBe(undefined)
  await counts(second, 2)
  const third = await watch(1)
  await counts(third, 2)
  await counts(first, 3)
  third.close()
  await counts(second, 2)
})

test("[D1] revoking tells the watchers and ends their streams", async () => {
  const { id, secret, sync, session, watch } = await newShare()
  await sync([session()])
  const readers = [await watch(1), await watch(1)]
  await client.remove(id, secret)
  for (const reader of readers) {
    await reader.waitForEvent("the end", ({ event }) => event === "gone")
    await waitFor("the stream's end", reader.hasEnded)
  }
})

test("[E1] asking for the head of the stream opens none", async () => {
  const { id } = await newShare()
  // Every open stream has a timer for its heartbeat, in this very process.
  const timers = () => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length
  const before = timers()
  for (let i = 0; i < 30; i++) {
    const head = await fetch(`${world.url}/api/share/${id}/events`, { method: "HEAD" })
    expect([head.status, head.headers.get("content-type")]).toEqual([200, "text/event-stream"])
  }
  expect(timers() - before).toBeLessThan(15)
  expect((await client.call("GET", `/api/share/${id}/events?revision=x`)).status).toBe(400)
})

test("a watcher of nothing is answered 404, of a revoked share 410", async () => {
  const { id, secret } = await newShare()
  await client.remove(id, secret)
  expect((await client.call("GET", `/api/share/${"z".repeat(22)}/events`)).status).toBe(404)
  expect((await client.call("GET", `/api/share/${id}/events`)).status).toBe(410)
})

test("many commits in a row arrive in order, the last one complete", async () => {
  const { sync, text, watch } = await newShare()
  await sync([text("msg_1", "prt_1", "0")])
  const reader = await watch(1)
  await Promise.all(Array.from({ length: 40 }, (_, i) => sync([text("msg_1", `prt_${i}`, `words ${i}`)])))
  await reader.waitForEvent("the last revision", ({ id }) => id === 41)
  const ids = reader.received.map(({ id }) => id ?? 0)
  expect(ids).toEqual([...ids].sort((a, b) => a - b))
  const html = reader.received.map(htmlOf).join("")
  for (let i = 0; i < 40; i++) expect(html).toContain(`words ${i}`)
})
