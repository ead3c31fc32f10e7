import { readFile } from "node:fs/promises"
import { request } from "node:http"
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import type { Item } from "../../src/protocol/item.ts"
import { LIMITS } from "../../src/protocol/limits.ts"
import type { TextDelta } from "../../src/protocol/passing.ts"
import { claimOf, createDirectClient, pack, put, wishOf } from "../direct-client.ts"
import { type ReceivedEvent, readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { UNLIMITED } from "../no-limits.ts"
import { waitFor } from "../wait.ts"
import { createWorld, filesBelow, type World } from "../world.ts"

let world: World
let client: ReturnType<typeof createDirectClient>
let count = 0
beforeAll(async () => {
  world = await createWorld()
  client = createDirectClient(world.url)
})
afterAll(() => world.close())

async function newShare(extra: object = {}) {
  const sessionID = `ses_${++count}`
  const { body } = await client.reserve({ sessionId: sessionID, tickets: [], ...extra })
  const { shareId: id, secret, deleteSecret } = body
  const delta = (from: number, text: string, partID = "prt_1"): TextDelta => {
    return { sessionID, messageID: "msg_1", partID, field: "text", from, text }
  }
  return {
    id,
    secret,
    deleteSecret,
    delta,
    ...itemsOf(sessionID),
    pass: (...deltas: TextDelta[]) => client.pass(id, secret, { deltas }),
    async commit(items: Item[]) {
      const packed = pack(items)
      const { body } = await client.presign(id, secret, { tickets: [wishOf(packed)] })
      const [ticket] = body.tickets
      if (!ticket) throw new Error(`no ticket: ${JSON.stringify(body)}`)
      expect(await put(ticket, packed.body)).toBe(200)
      return client.presign(id, secret, { commit: { segments: [claimOf(ticket, packed)] } })
    },
    async watch(revision = 0) {
      const reader = await readEvents(`${world.url}/api/share/${id}/events?revision=${revision}`)
      onTestFinished(() => reader.close())
      return reader
    },
  }
}

const isDelta = ({ event }: ReceivedEvent) => event === "delta"
const deltasOf = (events: readonly ReceivedEvent[]) =>
  events.filter(isDelta).flatMap(({ data }) => (data as { deltas: TextDelta[] }).deltas)
/** A text part that is being written. */
const typing = (share: { text: ReturnType<typeof itemsOf>["text"] }, text: string, end?: number): Item => {
  const item = share.text("msg_1", "prt_1", text)
  return { ...item, data: { ...(item.data as object), time: { start: 1, ...(end && { end }) } } }
}

describe("handing on", () => {
  test("[V3] reaches everybody who watches, as it is and without an id", async () => {
    const share = await newShare()
    const readers = [await share.watch(), await share.watch()]
    const deltas = [share.delta(0, "Hello "), share.delta(6, "\u{1f44b} w\ud83d")]
    expect(await share.pass(...deltas)).toMatchObject({ status: 200, body: { viewers: 2 } })
    for (const reader of readers) {
      expect(await reader.waitForEvent("the text", isDelta)).toEqual({
        event: "delta",
        id: undefined,
        data: { deltas },
      })
    }
  })

  test("[V3] nobody else hears it, and it is stored nowhere", async () => {
    const [share, other] = [await newShare(), await newShare()]
    const [reader, elsewhere] = [await share.watch(), await other.watch()]
    await share.pass(share.delta(0, "only-passing-by"))
    await reader.waitForEvent("the text", isDelta)
    await other.pass(other.delta(0, "the other's"))
    await elsewhere.waitForEvent("the other's text", isDelta)
    expect(deltasOf(elsewhere.received).map(({ text }) => text)).toEqual(["the other's"])
    for (const file of await filesBelow(world.dataDir))
      expect((await readFile(file)).includes("only-passing-by"), file).toBe(false)
    const { body } = await client.call<{ revision: number }>("GET", `/api/share/${share.id}/metadata`)
    expect(body.revision).toBe(0)
    expect((await client.call("GET", `/api/share/${share.id}`)).text).not.toContain("only-passing-by")
  })

  test("[V3] an encrypted share's is handed on unopened, and nothing else of it", async () => {
    const share = await newShare({ encrypted: true })
    const reader = await share.watch()
    expect((await client.pass(share.id, share.secret, { sealed: "c2VhbGVk_-" })).status).toBe(200)
    expect(await reader.waitForEvent("the sealed text", ({ event }) => event === "sealed")).toEqual({
      event: "sealed",
      id: undefined,
      data: { sealed: "c2VhbGVk_-" },
    })
    expect((await share.pass(share.delta(0, "in the clear"))).status).toBe(400)
    const open = await newShare()
    expect((await client.pass(open.id, open.secret, { sealed: "c2VhbGVk" })).status).toBe(400)
    expect(deltasOf(reader.received)).toEqual([])
  })

  test("[V3] Last-Event-ID stays a revision", async () => {
    const share = await newShare()
    await share.commit([share.session(), share.assistant("msg_1"), typing(share, "")])
    const reader = await share.watch(1)
    await share.pass(share.delta(0, "words"))
    await reader.waitForEvent("the text", isDelta)
    await share.commit([typing(share, "words", 2)])
    await reader.waitForEvent("the commit", ({ id }) => id === 2)
    expect(reader.received.map(({ event, id }) => [event, id])).toEqual([
      ["delta", undefined],
      ["patch", 2],
    ])
  })
})

describe("refusing", () => {
  test("[V2] only the secret that may write, only of the direct door, only while the share is there", async () => {
    const share = await newShare()
    const body = { deltas: [share.delta(0, "x")] }
    expect((await client.pass(share.id, "wrong", body)).status).toBe(404)
    expect((await client.pass(share.id, share.deleteSecret, body)).status).toBe(404)
    expect((await client.pass("z".repeat(22), share.secret, body)).status).toBe(404)
    expect((await client.call("POST", `/api/share/${share.id}/deltas`, body)).status).toBe(400)
    const native = (await createNativeClient(world.url).create("ses_native")).body
    expect((await client.pass(native.id, native.secret, body)).status).toBe(409)
    await client.remove(share.id, share.secret)
    expect((await client.pass(share.id, share.secret, body)).status).toBe(410)
  })

  test.each<[string, (delta: TextDelta) => unknown]>([
    ["no text", (delta) => ({ deltas: [{ ...delta, text: "" }] })],
    ["a negative place", (delta) => ({ deltas: [{ ...delta, from: -1 }] })],
    ["half a place", (delta) => ({ deltas: [{ ...delta, from: 0.5 }] })],
    ["another field", (delta) => ({ deltas: [{ ...delta, field: "html" }] })],
    ["an id with a space", (delta) => ({ deltas: [{ ...delta, partID: "prt 1" }] })],
    ["no id", ({ sessionID: _, ...delta }) => ({ deltas: [delta] })],
    ["more than 64 at once", (delta) => ({ deltas: Array(65).fill(delta) })],
    ["sealed text that is no base64url", () => ({ sealed: "a+b=" })],
    ["sealed text of nothing", () => ({ sealed: "" })],
  ])("[V2] %s is refused", async (_, bodyOf) => {
    const share = await newShare()
    const { status, body } = await client.pass(share.id, share.secret, bodyOf(share.delta(0, "x")))
    expect([status, body.error?.code]).toEqual([400, "invalid_request"])
  })

  test("[V2] a body over its limit is answered 413", async () => {
    const share = await newShare()
    expect((await share.pass(share.delta(0, "x".repeat(LIMITS.requestBytes)))).status).toBe(413)
  })

  test("[V6] a share's text is handed on 1,260 times a minute, and another's still", async () => {
    const limits = { ...UNLIMITED, syncsPerMinute: 9000 }
    const limited = await createWorld({ limits })
    onTestFinished(() => limited.close())
    const own = createDirectClient(limited.url)
    const make = async () => (await own.reserve({ sessionId: "ses_1", tickets: [] })).body
    const [first, second] = [await make(), await make()]
    const statuses: number[] = []
    // Whoever has not the secret takes nothing of it.
    for (let i = 0; i < 20; i++) statuses.push((await own.pass(first.shareId, "wrong", {})).status)
    for (let i = 0; i < 1260; i += 20) {
      const some = Array.from({ length: 20 }, () => own.pass(first.shareId, first.secret, {}))
      for (const { status } of await Promise.all(some)) statuses.push(status)
    }
    expect(statuses).toEqual([...Array(20).fill(404), ...Array(1260).fill(200)])
    const refused = await own.pass(first.shareId, first.secret, {})
    expect([refused.status, refused.body.error?.code]).toEqual([429, "rate_limited"])
    expect(refused.body.error?.message).toContain("this share")
    expect((await own.pass(second.shareId, second.secret, {})).status).toBe(200)
  })

  test("[V6] an address's passing text has a budget beside that of its syncs", async () => {
    const limits = { ...UNLIMITED, syncsPerMinute: 500 }
    const limited = await createWorld({ limits })
    onTestFinished(() => limited.close())
    const own = createDirectClient(limited.url)
    const make = async () => (await own.reserve({ sessionId: "ses_1", tickets: [] })).body
    const [first, second] = [await make(), await make()]
    const statuses: number[] = []
    for (let i = 0; i < 7 * 60; i++) statuses.push((await own.pass(first.shareId, first.secret, {})).status)
    expect(new Set(statuses)).toEqual(new Set([200]))
    for (let i = 0; i < 80; i++) statuses.push((await own.pass(second.shareId, "wrong", {})).status)
    const refused = await own.pass(second.shareId, second.secret, {})
    expect([refused.status, refused.body.error?.code]).toEqual([429, "rate_limited"])
    expect((await own.presign(first.shareId, first.secret, { tickets: [] })).status).toBe(200)
  })
})

describe("who comes later", () => {
  test("[V5] gets what has passed of parts that are still being written", async () => {
    const share = await newShare()
    await share.commit([share.session(), share.assistant("msg_1"), typing(share, "")])
    await share.watch(1)
    await share.pass(share.delta(0, "one "))
    await share.pass(share.delta(4, "two "), share.delta(2, "e two three"))
    const late = await share.watch(1)
    await late.waitForEvent("the text so far", isDelta)
    expect(deltasOf(late.received)).toEqual([share.delta(0, "one two three")])
  })

  test("[V5] gets nothing of what a commit has said meanwhile, and the rest of what it has said in part", async () => {
    const share = await newShare()
    const both = [typing(share, ""), share.text("msg_1", "prt_2", "")]
    await share.commit([share.session(), share.assistant("msg_1"), ...both])
    const first = await share.watch(1)
    await share.pass(share.delta(0, "all of it"), share.delta(0, "begun and not done", "prt_2"))
    const begun = share.text("msg_1", "prt_2", "begun ")
    const inPart = { ...begun, data: { ...(begun.data as object), time: { start: 1 } } }
    await share.commit([typing(share, "all of it", 2), inPart])
    await first.waitForEvent("the commit", ({ id }) => id === 2)
    const late = await share.watch(2)
    await late.waitForEvent("the text so far", isDelta)
    expect(deltasOf(late.received)).toEqual([share.delta(6, "and not done", "prt_2")])
  })

  test("[V5] of an encrypted share, gets what was sealed since the last commit", async () => {
    const share = await newShare({ encrypted: true })
    await share.watch()
    const frames = ["Zmlyc3Q", "c2Vjb25k"]
    for (const sealed of frames) await client.pass(share.id, share.secret, { sealed })
    const late = await share.watch()
    await waitFor("both", () => late.received.length === 2)
    expect(late.received.map(({ data }) => (data as { sealed: string }).sealed)).toEqual(frames)
  })

  test("[V5] what is kept for them is bounded", async () => {
    const share = await newShare()
    const first = await share.watch()
    const words = "x".repeat(20 * 1024)
    for (let i = 0; i < 10; i++) await share.pass(share.delta(0, words, `prt_${i}`))
    await waitFor("all of it", () => deltasOf(first.received).length === 10)
    const late = await share.watch()
    await late.waitForEvent("the text so far", isDelta)
    expect(deltasOf(late.received).map(({ partID }) => partID)).toEqual(["prt_7", "prt_8", "prt_9"])
  })
})

test("[V4] who reads slowly loses passing text and no commit, and gets what it lost when it can", async () => {
  const share = await newShare()
  await share.commit([share.session(), share.assistant("msg_1"), typing(share, "")])
  const slow = await pausedStream(`${world.url}/api/share/${share.id}/events?revision=1`)
  const quick = await share.watch(1)
  const words = "y".repeat(30 * 1024)
  // Far more than lies between two ends of a connection.
  for (let i = 0; i < 600; i++) await share.pass(share.delta(0, words, `prt_x${i % 7}`))
  await share.commit([share.text("msg_1", "prt_9", "said for good")])
  await quick.waitForEvent("the commit", ({ id }) => id === 2)
  const passed = deltasOf(quick.received).length
  slow.resume()
  await waitFor("the commit", () => slow.text().includes("said for good"))
  expect(passed).toBe(600)
  expect(slow.text().split("event: delta").length - 1).toBeLessThan(400)
  await share.pass(share.delta(0, "the latest", "prt_z"))
  await waitFor("the latest", () => slow.text().includes("the latest"))
  expect(slow.text()).not.toContain("event: refresh")
})

/** A watcher who takes nothing until it is told to. */
async function pausedStream(url: string) {
  const chunks: string[] = []
  const sent = request(url)
  onTestFinished(() => void sent.destroy())
  const response = await new Promise<import("node:http").IncomingMessage>((resolve, reject) => {
    sent.on("response", resolve).on("error", reject)
    sent.end()
  })
  response.setEncoding("utf8").pause()
  return {
    resume() {
      response.on("data", (chunk: string) => chunks.push(chunk))
      response.resume()
    },
    text: () => chunks.join(""),
  }
}
