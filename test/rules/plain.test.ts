import { connect } from "node:net"
import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test } from "vitest"
import type { LiveEvents } from "../../src/protocol/patch.ts"
import type { PresignAnswer, ReserveAnswer } from "../../src/protocol/routes.ts"
import { claimOf, createDirectClient, pack, put, wishOf } from "../direct-client.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"

const HOUR = 3600_000

let world: World
let client: ReturnType<typeof createDirectClient>
let native: ReturnType<typeof createNativeClient>
let ahead = 0
let count = 0
beforeAll(async () => {
  world = await createWorld({ now: () => Date.now() + ahead })
  client = createDirectClient(world.url)
  native = createNativeClient(world.url)
})
afterAll(() => world.close())
// Each test has shares of its own.
beforeEach(() => {
  ahead = 0
})

async function newShare() {
  const sessionId = `ses_plain${++count}`
  const { body } = await client.reserve({ sessionId })
  return { ...body, sessionId }
}

/** A session as clients of the plain form write it. */
function shareData(sessionId: string, words: string, title = "Plain") {
  const { session, user, text } = itemsOf(sessionId)
  return {
    shareId: "ignored",
    sessionId,
    createdAt: 1,
    session: session({ title }).data,
    messages: [{ info: user("msg_1").data, parts: [text("msg_1", "prt_1", words).data] }],
    diffs: [{ file: "a.ts", additions: 1, deletions: 0 }],
    models: [{ id: "m", providerID: "p" }],
  }
}

const upload = (ticket: Partial<Pick<PresignAnswer, "presignedUrl" | "headers">>, data: unknown) =>
  put(
    { url: ticket.presignedUrl ?? "", headers: ticket.headers ?? {} },
    typeof data === "string" ? data : JSON.stringify(data),
  )

/** Readers look once a second; the next look comes as soon as that has passed. */
function nextLook(): void {
  ahead += 1_001
}

const page = async (share: ReserveAnswer) => (await client.call("GET", `/share/${share.shareId}`)).text

test("[F1] one PUT makes a share: page, data, ShareData and metadata", async () => {
  const share = await newShare()
  expect(await page(share)).toContain("waiting")
  nextLook()
  const data = shareData(share.sessionId, "plain words", "A plain title")
  expect(await upload(share, data)).toBe(200)
  expect(await page(share)).toContain("plain words")
  expect((await native.data(share.shareId)).body.map(({ type }) => type)).toEqual([
    "session",
    "message",
    "part",
    "session_diff",
    "model",
  ])
  const { body } = await client.call("GET", `/api/share/${share.shareId}`)
  const { session, messages, diffs, models } = data
  expect(body).toMatchObject({ shareId: share.shareId, sessionId: share.sessionId, session })
  expect(body).toMatchObject({ messages, diffs, models })
  expect((await client.call("GET", `/api/share/${share.shareId}/metadata`)).body).toMatchObject({
    title: "A plain title",
    directory: "/home/dev/demo",
    messageCount: 1,
    partCount: 1,
    diffCount: 1,
    modelCount: 1,
    syncCount: 1,
    revision: 1,
  })
})

test("[F6] metadata alone knows what was put, too", async () => {
  const share = await newShare()
  await upload(share, shareData(share.sessionId, "words", "Known at once"))
  const { body } = await client.call("GET", `/api/share/${share.shareId}/metadata`)
  expect(body).toMatchObject({ title: "Known at once", messageCount: 1 })
})

test("[F1][F3] it is put again, with the same URL and with a new one, and readers see it within a second", async () => {
  const share = await newShare()
  await upload(share, shareData(share.sessionId, "first version"))
  expect(await page(share)).toContain("first version")
  await upload(share, shareData(share.sessionId, "second version"))
  expect(await page(share)).toContain("first version")
  nextLook()
  expect(await page(share)).toContain("second version")

  ahead += 2 * HOUR
  const again = await client.presign(share.shareId, share.secret)
  expect(again.body.presignedUrl).toContain("/sessions/")
  expect(await upload(again.body, shareData(share.sessionId, "third version"))).toBe(200)
  nextLook()
  expect(await page(share)).toContain("third version")
  const { body } = await client.call("GET", `/api/share/${share.shareId}/metadata`)
  expect(body).toMatchObject({ revision: 3, syncCount: 3 })
})

test("[F1] a new URL takes a request without a body, however a client says that", async () => {
  const share = await newShare()
  const bare = `POST /api/share/${share.shareId}/presign HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-Share-Secret: ${share.secret}\r\n`
  for (const ending of ["\r\n", "Content-Length: 0\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n"]) {
    expect(await sendRaw(world.url, bare + ending)).toMatch(/^HTTP\/1.1 200 .*presignedUrl/s)
  }
  expect((await client.presign(share.shareId, share.secret, {})).body.presignedUrl).toBeDefined()
})

test("[F1] a body of another kind is refused by the store, and so is a late one", async () => {
  const share = await newShare()
  expect(await upload({ ...share, headers: { "content-type": "text/html" } }, "<p>")).toBe(415)
  ahead += HOUR + 1000
  expect(await upload(share, shareData(share.sessionId, "late"))).toBe(403)
})

test("[F4] who watches sees what is put, as a patch", async () => {
  const share = await newShare()
  await upload(share, shareData(share.sessionId, "before"))
  await page(share)
  const reader = await readEvents(`${world.url}/api/share/${share.shareId}/events?revision=1`)
  onTestFinished(() => reader.close())
  await upload(share, shareData(share.sessionId, "while somebody watches"))
  const { event, data } = await reader.waitForEvent("the change", ({ id }) => id === 2)
  expect(event).toBe("patch")
  expect(JSON.stringify(data)).toContain("while somebody watches")
})

test("[F4] who waits for the first upload sees it", async () => {
  const share = await newShare()
  const reader = await readEvents(`${world.url}/api/share/${share.shareId}/events`)
  onTestFinished(() => reader.close())
  await upload(share, shareData(share.sessionId, "here at last"))
  await reader.waitForEvent("the first version", ({ id }) => id === 1)
})

test("[F4] what is left out of a later version leaves the page", async () => {
  const share = await newShare()
  const data = shareData(share.sessionId, "stays")
  const extra = itemsOf(share.sessionId).text("msg_1", "prt_2", "goes")
  await upload(share, { ...data, messages: [{ ...data.messages[0], parts: [extra.data] }] })
  await page(share)
  const reader = await readEvents(`${world.url}/api/share/${share.shareId}/events?revision=1`)
  onTestFinished(() => reader.close())
  await upload(share, data)
  const { data: change } = await reader.waitForEvent("the change", ({ id }) => id === 2)
  const { ops } = change as LiveEvents["patch"]
  expect(ops).toContainEqual(expect.objectContaining({ op: "remove", id: "prt_2" }))
  expect(await page(share)).toContain("stays")
  expect(await page(share)).not.toContain("goes")
})

test("[F2] the first write fixes the form", async () => {
  const plain = await newShare()
  await upload(plain, shareData(plain.sessionId, "plain"))
  const packed = pack([itemsOf(plain.sessionId).session()])
  // Nobody has looked yet, and still it is known.
  const ticketed = await client.presign(plain.shareId, plain.secret, { tickets: [wishOf(packed)] })
  const [ticket] = ticketed.body.tickets
  if (!ticket) throw new Error("no ticket")
  await put(ticket, packed.body)
  const commit = { segments: [claimOf(ticket, packed)] }
  const refused = await client.presign(plain.shareId, plain.secret, { commit })
  expect([refused.status, refused.body.error?.code]).toEqual([409, "conflict"])
  await page(plain)
  expect((await client.presign(plain.shareId, plain.secret, { commit })).status).toBe(409)
  expect((await client.presign(plain.shareId, plain.secret, { tickets: [wishOf(packed)] })).status).toBe(409)

  const log = await newShare()
  const own = pack([itemsOf(log.sessionId).session()])
  const answer = await client.presign(log.shareId, log.secret, { tickets: [wishOf(own)] })
  const [segment] = answer.body.tickets
  if (!segment) throw new Error("no ticket")
  await put(segment, own.body)
  const committed = { commit: { segments: [claimOf(segment, own)] } }
  expect((await client.presign(log.shareId, log.secret, committed)).status).toBe(200)
  expect((await client.presign(log.shareId, log.secret)).status).toBe(409)
  // The URL from before still takes it, and it is shown nowhere.
  expect(await upload(log, shareData(log.sessionId, "too late"))).toBe(200)
  nextLook()
  expect(await page(log)).not.toContain("too late")
})

test.each([
  ["not JSON", "{", "It is not JSON"],
  ["not UTF-8 text of an object", "[]", "Invalid input"],
  ["no messages", { session: { id: "SESSION" } }, "messages"],
  [
    "a message without an id",
    { session: { id: "SESSION" }, messages: [{ info: {}, parts: [] }] },
    "messages.0.info.id",
  ],
  [
    "a part without an id",
    {
      session: { id: "SESSION" },
      messages: [{ info: { id: "msg_1", sessionID: "s" }, parts: [{ type: "text" }] }],
    },
    "messages.0.parts.0.id",
  ],
  [
    "what nests too deep",
    `{"session":{"id":"SESSION","x":${"[".repeat(100_000)}${"]".repeat(100_000)}},"messages":[]}`,
    "deeper than 200 levels",
  ],
  ["another session", { session: { id: "ses_other" }, messages: [] }, "ses_other"],
])("[F5] %s: 422 that says what is wrong, and a page that says so", async (_, data, fault) => {
  const share = await newShare()
  const body = (typeof data === "string" ? data : JSON.stringify(data)).replace("SESSION", share.sessionId)
  await upload(share, body)
  const answer = await native.data(share.shareId)
  expect([answer.status, answer.body.error?.code]).toEqual([422, "unreadable"])
  expect(answer.body.error?.message).toContain(fault)
  const shown = await client.call("GET", `/share/${share.shareId}`)
  expect(shown.status).toBe(422)
  expect(shown.text).toContain("cannot be shown")
  // And the next version may be better.
  nextLook()
  await upload(share, shareData(share.sessionId, "mended"))
  expect(await page(share)).toContain("mended")
})

test("[F5] what is too large to be parsed at once: 422 that says so, without reading it", async () => {
  const share = await newShare()
  expect(await upload(share, "x".repeat(16 * 1024 * 1024 + 1))).toBe(200)
  const answer = await native.data(share.shareId)
  expect([answer.status, answer.body.error?.code]).toEqual([422, "unreadable"])
  expect(answer.body.error?.message).toContain("larger than 16 MiB")
})

test("[F5] hostile text in it is shown as text", async () => {
  const share = await newShare()
  await upload(share, shareData(share.sessionId, "hello", "<script>alert(1)</script>"))
  expect(await page(share)).not.toContain("<script>alert(1)")
})

test("[D1][D7] deleted, it is gone, stays gone whatever is put, and can be shared again", async () => {
  const shareId = "plain_and_gone"
  const first = (await client.reserve({ shareId, sessionId: "ses_gone" })).body
  await upload(first, shareData("ses_gone", "secret words"))
  expect(await page(first)).toContain("secret words")
  const { body } = await client.remove(shareId, first.secret)
  expect(body.receipt).toMatchObject({ objects: 1, final: false })
  expect((await client.call("GET", `/share/${shareId}`)).status).toBe(410)

  const again = (await client.reserve({ shareId, sessionId: "ses_gone" })).body
  expect(again.secret).not.toBe(first.secret)
  expect(await upload(first, shareData("ses_gone", "by the old URL"))).toBe(200)
  nextLook()
  expect(await page(again)).toContain("waiting")
  await upload(again, shareData("ses_gone", "by the new one"))
  nextLook()
  expect(await page(again)).toContain("by the new one")

  // What the old URL brought goes when it has expired; the new share stays.
  ahead += 2 * HOUR
  await world.restart()
  await waitFor(
    "the old object to go",
    async () =>
      (await world.storedFiles()).filter((file) => file.includes(shareId)).length === 1 || undefined,
  )
  expect(await page(again)).toContain("by the new one")
})

/** Resolves to the whole answer, as text. */
function sendRaw(url: string, request: string): Promise<string> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    let text = ""
    const socket = connect(Number(port), hostname, () => socket.write(request))
    socket.on("data", (chunk) => {
      text += chunk
    })
    socket.on("close", () => resolve(text))
    socket.on("error", reject)
  })
}
