import { readFile } from "node:fs/promises"
import { brotliDecompressSync } from "node:zlib"
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import { createMachine } from "../../src/host/machine.ts"
import { type Item, itemKey } from "../../src/protocol/item.ts"
import type { SegmentRow } from "../../src/shares/ports.ts"
import { encodeSegment } from "../../src/shares/segment.ts"
import { openSqliteStore } from "../../src/storage/meta/sqlite.ts"
import { createCountedShare } from "../counted-share.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { streamedSession } from "../streamed-session.ts"
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
  const { body } = await client.create(sessionID)
  const sync = async (data: Item[]) => {
    expect((await client.sync(body.id, body.secret, data)).status).toBe(200)
  }
  return { ...body, ...itemsOf(sessionID), sync }
}

/** What the database says that a share consists of. */
async function segmentsOf(id: string): Promise<SegmentRow[]> {
  const meta = await openSqliteStore({ file: `${world.dataDir}/better-share.db`, migrate: false })
  const segments = await meta.segments(id)
  await meta.close()
  return segments
}

const merged = (id: string, segments: number) =>
  waitFor("the merge", async () => (await segmentsOf(id)).length === segments)

test("[L7] [L8] syncs are merged behind their back: the revision stays, and so does all that is read", async () => {
  const { id, sync, session, user, text } = await newShare()
  await sync([session(), user("msg_1")])
  for (let n = 2; n <= 15; n++) await sync([text("msg_1", `prt_${n % 4}`, `version ${n}`)])
  expect(await segmentsOf(id)).toHaveLength(15)
  const before = await client.data(id)
  await sync([session({ title: "Renamed" })])
  await merged(id, 1)
  const after = await client.data(id)
  expect(after.body).toEqual([session({ title: "Renamed" }), ...before.body.slice(1)])
  expect((await client.call("GET", `/api/share/${id}/metadata`)).body).toMatchObject({ revision: 16 })
  await world.restart()
  expect((await client.data(id)).body).toEqual(after.body)
  await sync([session()])
  expect((await client.call("GET", `/api/share/${id}/metadata`)).body).toMatchObject({ revision: 17 })
})

test("[L8] [E2] a page that is open meanwhile is patched on; one from before what was merged is fetched anew", async () => {
  const { id, sync, session, user, text } = await newShare()
  await sync([session(), user("msg_1")])
  const url = `${world.url}/api/share/${id}/events`
  const reader = await readEvents(`${url}?revision=1`)
  onTestFinished(() => reader.close())
  for (let n = 2; n <= 20; n++) {
    await sync([text("msg_1", `prt_${n}`, `part ${n}`)])
    await reader.waitForEvent(`revision ${n}`, (event) => event.id === n)
  }
  await merged(id, 5)
  expect(reader.received.map(({ event }) => event)).toEqual(Array(19).fill("patch"))
  await world.restart()
  const late = await readEvents(`${url}?revision=7`)
  onTestFinished(() => late.close())
  expect((await late.waitForEvent("the refresh", () => true)).event).toBe("refresh")
})

test("[L8] what was removed is not in what its merge has made", async () => {
  const { id, sync, user, text } = await newShare()
  const ref = { id: "prt_1", messageID: "msg_1", sessionID: `ses_${count}` }
  await sync([user("msg_1"), text("msg_1", "prt_1", "taken back")])
  await sync([{ type: "part_removed", data: ref }])
  for (let n = 3; n <= 16; n++) await sync([user(`msg_${n}`)])
  await merged(id, 1)
  const [segment] = await segmentsOf(id)
  const file = (await world.storedFiles()).find((path) => path.includes(segment?.id ?? "no segment"))
  const lines = brotliDecompressSync(await readFile(file ?? "")).toString()
  expect(lines.split("\n")).toHaveLength(15 + 1)
  expect(lines).not.toMatch(/taken back|part_removed/)
})

test("[L7] a streamed session is written less than six times over, into few segments", async () => {
  const sessionID = "ses_streamed"
  const share = await createCountedShare(sessionID)
  const last = new Map<string, string>()
  let written = 0
  let segments = 0
  for (const items of streamedSession({ sessionID, messages: 300, partBytes: 2_000_000 })) {
    for (const item of items) last.set(itemKey(item, sessionID), JSON.stringify(item))
    const cost = await share.sync(items)
    for (const { kind, bytes } of [...cost.own, ...cost.merging]) if (kind === "put") written += bytes
    segments = Math.max(segments, cost.segments)
  }
  await share.close()
  let whole = 0
  async function* lines() {
    yield* last.values()
  }
  for await (const piece of encodeSegment(lines(), createMachine())) whole += piece.byteLength
  expect(written / whole).toBeLessThan(6)
  expect(segments).toBeLessThanOrEqual(2 * 15 + 16)
}, 120_000)
