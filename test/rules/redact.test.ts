import { createHash } from "node:crypto"
import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { brotliDecompressSync } from "node:zlib"
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import type { Item } from "../../src/protocol/item.ts"
import type { RedactionReceipt, RedactionsAnswer } from "../../src/protocol/routes.ts"
import { claimOf, createDirectClient, pack, put, wishOf } from "../direct-client.ts"
import { createEncryptedShare } from "../encrypted-client.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { storedTexts } from "../stored-texts.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"

const SECRET = 'hunter2 "quoted"'
/** How it stands inside of JSON. */
const QUOTED = JSON.stringify(SECRET).slice(1, -1)

let world: World
let direct: ReturnType<typeof createDirectClient>
let native: ReturnType<typeof createNativeClient>
let ahead = 0
let count = 0
beforeAll(async () => {
  world = await createWorld({ now: () => Date.now() + ahead })
  direct = createDirectClient(world.url)
  native = createNativeClient(world.url)
})
afterAll(() => world.close())

interface Made {
  id: string
  secret: string
  sessionID: string
  write(items: Item[]): Promise<void>
}

async function newNative(): Promise<Made> {
  const sessionID = `ses_redact${++count}`
  const { id, secret } = (await native.create(sessionID)).body
  const write = async (items: Item[]) => {
    const { status, text } = await native.sync(id, secret, items)
    if (status !== 200) throw new Error(text)
  }
  return { id, secret, sessionID, write }
}

async function newDirect(): Promise<Made> {
  const sessionID = `ses_redact${++count}`
  const { shareId: id, secret } = (await direct.reserve({ sessionId: sessionID, tickets: [] })).body
  return { id, secret, sessionID, write: (items) => upload({ id, secret }, items) }
}

async function upload({ id, secret }: Pick<Made, "id" | "secret">, items: Item[]): Promise<void> {
  const packed = pack(items)
  const { body } = await direct.presign(id, secret, { tickets: [wishOf(packed)] })
  const [ticket] = body.tickets
  if (!ticket) throw new Error(JSON.stringify(body))
  expect(await put(ticket, packed.body)).toBe(200)
  const title = `Title with ${SECRET}`
  const metadata = { title, messageCount: 1, partCount: 1, diffCount: 0, modelCount: 0 }
  const commit = { segments: [claimOf(ticket, packed)], metadata }
  const done = await direct.presign(id, secret, { commit, tickets: [] })
  if (done.status !== 200) throw new Error(done.text)
}

async function newPlain(): Promise<Made & { ticket: { url: string; headers: Record<string, string> } }> {
  const sessionID = `ses_redact${++count}`
  const { shareId: id, secret, presignedUrl, headers } = (await direct.reserve({ sessionId: sessionID })).body
  const ticket = { url: presignedUrl ?? "", headers: headers ?? {} }
  const write = async (items: Item[]) => {
    const of = (type: string) =>
      items.filter((item) => item.type === type).map(({ data }) => data as { id: string })
    const messages = of("message").map((info) => ({
      info,
      parts: of("part").filter((part) => (part as { messageID?: string }).messageID === info.id),
    }))
    const data = {
      note: SECRET,
      session: of("session")[0],
      messages,
      diffs: [{ file: "a.ts", patch: SECRET }],
    }
    expect(await put(ticket, JSON.stringify(data))).toBe(200)
    ahead += 1_001
  }
  return { id, secret, sessionID, write, ticket }
}

const KINDS = { native: newNative, direct: newDirect, plain: newPlain }

/** A session that says it in its title, a text, a tool's input as JSON in JSON, and its output. */
function telling(sessionID: string): Item[] {
  const { session, user, assistant, text } = itemsOf(sessionID)
  const tool = {
    id: "prt_tool",
    messageID: "msg_2",
    sessionID,
    type: "tool",
    tool: "bash",
    callID: "call_1",
    state: {
      status: "completed",
      input: { command: `echo ${SECRET}`, [SECRET]: "as a name", body: JSON.stringify({ body: SECRET }) },
      output: `before ${SECRET} behind`,
      title: "bash",
      metadata: {},
      time: { start: 1, end: 2 },
    },
  }
  return [
    session({ title: `Title with ${SECRET}` }),
    user("msg_1"),
    text("msg_1", "prt_1", `my password is ${SECRET}, keep it`),
    assistant("msg_2"),
    { type: "part", data: tool },
  ]
}

const withSecret = (secret: string) => createNativeClient(world.url, { "x-share-secret": secret })
const redact = ({ id, secret }: Pick<Made, "id" | "secret">, ...rules: object[]) =>
  withSecret(secret).call<{ receipt: RedactionReceipt }>("POST", `/api/share/${id}/redact`, { rules })
const redactions = ({ id, secret }: Pick<Made, "id" | "secret">, query = "") =>
  withSecret(secret).call<RedactionsAnswer>("GET", `/api/share/${id}/redactions${query}`)
const takeOut = (share: Pick<Made, "id" | "secret">) => redact(share, { kind: "text", text: SECRET })

function expectClean(text: string, where: string): void {
  expect(text.includes("hunter2"), where).toBe(false)
}

const FORMS = [
  ...["/share/{id}", "/share/{id}.md", "/share/{id}.txt", "/share/{id}.json", "/share/{id}.html"],
  ...["/share/{id}?show=all", "/share/{id}/part/prt_1", "/share/{id}/part/prt_tool", "/share/{id}/changes"],
  ...["/share/{id}/search?q=password", "/api/share/{id}", "/api/share/{id}/data", "/api/share/{id}/metadata"],
]

async function expectNothingShown(id: string): Promise<void> {
  for (const form of FORMS) {
    const { status, text } = await native.call("GET", form.replace("{id}", id))
    expect(status, form).toBe(200)
    expectClean(text, form)
  }
}

for (const [kind, create] of Object.entries(KINDS)) {
  test(`[Z1][Z2] ${kind}: a text goes from every form, from the row and from every stored object`, async () => {
    const share = await create()
    await share.write(telling(share.sessionID))
    const card = await fetch(`${world.url}/share/${share.id}/card.png`).then((answer) => answer.status)
    const shown = (await native.call("GET", `/share/${share.id}`)).text
    expect(shown).toContain("hunter2")
    const before = await native.call<{ revision: number }>("GET", `/api/share/${share.id}/metadata`)
    expect(await storedTexts(world, share.id)).toContain(QUOTED)

    const { status, body } = await takeOut(share)
    expect(status).toBe(200)
    expect(body.receipt).toMatchObject({ rules: 1, revision: before.body.revision + 1 })
    expect(body.receipt.occurrences).toBeGreaterThanOrEqual(5)
    expect(body.receipt.items).toBeGreaterThanOrEqual(3)
    expect(body.receipt.objectsDeleted).toBe(1)
    expect(body.receipt.segments).toBe(kind === "plain" ? 0 : 1)
    expectClean(body.receipt.at, "the receipt")

    expectClean(await storedTexts(world, share.id), "the store")
    await expectNothingShown(share.id)
    const page = (await native.call("GET", `/share/${share.id}`)).text
    expect(page).toContain("my password is [redacted], keep it")
    expect(page).toContain("before [redacted] behind")
    expect((await fetch(`${world.url}/share/${share.id}/card.png`)).status).toBe(card)
    const { title } = (await native.call<{ title: string }>("GET", `/api/share/${share.id}/metadata`)).body
    expect(title).toBe("Title with [redacted]")
    // By a server that remembers nothing.
    await world.restart()
    await expectNothingShown(share.id)
  })

  test(`[Z3] ${kind}: what comes later goes the same way`, async () => {
    const share = await create()
    const all = telling(share.sessionID)
    await share.write(all)
    await takeOut(share)
    const { text } = itemsOf(share.sessionID)
    await share.write([...all, text("msg_1", "prt_9", `once more ${SECRET}.`)])
    expect((await native.call("GET", `/share/${share.id}`)).text).toContain("once more [redacted].")
    await expectNothingShown(share.id)
    await waitFor("a clean store", async () => !(await storedTexts(world, share.id)).includes("hunter2"))
    const { body } = await waitFor("the end of it", async () => {
      const answer = await redactions(share)
      return answer.body.pending === false && answer
    })
    expect(body.redactions).toMatchObject([{ kind: "text" }])
    await expectNothingShown(share.id)
  })
}

test("[Z4] of a part its content goes, of a message its parts' as well; ids and shape stay", async () => {
  const share = await newNative()
  await share.write(telling(share.sessionID))
  const part = { kind: "part", messageID: "msg_2", partID: "prt_tool" }
  expect((await redact(share, part)).body.receipt).toMatchObject({ rules: 1, occurrences: 1, items: 1 })
  const items = (await native.data(share.id)).body
  const tool = items.find(({ data }) => (data as { id: string }).id === "prt_tool")
  expect(tool?.data).toEqual({
    ...{
      id: "prt_tool",
      messageID: "msg_2",
      sessionID: share.sessionID,
      type: "tool",
      tool: "bash",
      callID: "call_1",
    },
    state: {
      ...{ status: "completed", input: {}, output: "[redacted]", title: "[redacted]", metadata: {} },
      time: { start: 1, end: 2 },
    },
  })
  expect(JSON.stringify(items)).toContain("my password is")
  await redact(share, { kind: "message", messageID: "msg_1" })
  expect(JSON.stringify((await native.data(share.id)).body)).not.toContain("my password is")
  expect(await storedTexts(world, share.id)).not.toContain("my password is")
  // A later version of it.
  await share.write([itemsOf(share.sessionID).text("msg_1", "prt_1", "my password is another")])
  expect((await native.call("GET", `/share/${share.id}.md`)).text).not.toContain("my password is")
})

test("[Z5] an open page is told to fetch itself anew, and no event from before is told again", async () => {
  const share = await newNative()
  const { session, user, text } = itemsOf(share.sessionID)
  await share.write([session(), user("msg_1")])
  const events = `${world.url}/api/share/${share.id}/events`
  const watcher = await readEvents(`${events}?revision=1`)
  onTestFinished(() => watcher.close())
  await share.write([text("msg_1", "prt_1", `said ${SECRET}`)])
  await watcher.waitForEvent("the patch", ({ id }) => id === 2)
  const { revision } = (await takeOut(share)).body.receipt
  const told = await watcher.waitForEvent("the news", ({ id }) => id === revision)
  expect(told.event).toBe("refresh")
  for (const since of [0, 1, 2]) {
    const late = await readEvents(events, { "last-event-id": String(since) })
    onTestFinished(() => late.close())
    const first = await late.waitForEvent("an event", ({ event }) => event !== "viewers")
    expect(first.event).toBe("refresh")
    expectClean(JSON.stringify(late.received), `since ${since}`)
  }
})

test("[Z5] text that passes is not handed on in a share that something was taken out of", async () => {
  const share = await newDirect()
  const { session, assistant, text } = itemsOf(share.sessionID)
  await share.write([session(), assistant("msg_1"), text("msg_1", "prt_1", "")])
  const watcher = await readEvents(`${world.url}/api/share/${share.id}/events?revision=1`)
  onTestFinished(() => watcher.close())
  const delta = { sessionID: share.sessionID, messageID: "msg_1", partID: "prt_1", field: "text", from: 0 }
  await direct.pass(share.id, share.secret, { deltas: [{ ...delta, text: SECRET }] })
  await watcher.waitForEvent("the text", ({ event }) => event === "delta")
  const { revision } = (await takeOut(share)).body.receipt
  await watcher.waitForEvent("the news", ({ id }) => id === revision)
  const { status } = await direct.pass(share.id, share.secret, { deltas: [{ ...delta, text: SECRET }] })
  expect(status).toBe(200)
  const late = await readEvents(`${world.url}/api/share/${share.id}/events?revision=${revision}`)
  onTestFinished(() => late.close())
  await late.waitForEvent("the count", ({ event }) => event === "viewers")
  await share.write([text("msg_1", "prt_2", "the end")])
  await late.waitForEvent("the end", ({ id }) => id === revision + 1)
  expectClean(JSON.stringify(late.received), "who comes later")
  expect(watcher.received.filter(({ event }) => event === "delta")).toHaveLength(1)
})

test("[Z6] only who may write may redact, and see that something was", async () => {
  const share = await newDirect()
  await share.write(telling(share.sessionID))
  const { deleteSecret } = (await direct.reserve({ sessionId: "ses_other", tickets: [] })).body
  for (const secret of ["wrong", deleteSecret]) {
    expect((await takeOut({ ...share, secret })).status).toBe(404)
    expect((await redactions({ ...share, secret })).status).toBe(404)
  }
  const rules = { rules: [{ kind: "text", text: SECRET }] }
  expect((await native.call("POST", `/api/share/${share.id}/redact`, rules)).status).toBe(400)
  expect((await native.call("GET", `/api/share/${share.id}/redactions`)).status).toBe(400)
  expect((await native.call("GET", `/share/${share.id}`)).text).toContain("hunter2")
  await direct.remove(share.id, share.secret)
  expect((await takeOut(share)).status).toBe(410)
  expect((await redactions(share)).status).toBe(410)
})

test("[Z6] a rule is told without what it names, unless its owner's client asks", async () => {
  const share = await newNative()
  await share.write(telling(share.sessionID))
  const rule = { id: "my-rule-1", kind: "text", text: SECRET }
  await redact(share, rule)
  const told = await redactions(share)
  expectClean(told.text, "the list")
  expect(told.headers.get("cache-control")).toBe("no-store")
  expect(told.body).toEqual({
    redactions: [
      { id: "my-rule-1", kind: "text", createdAt: expect.any(String), occurrences: expect.any(Number) },
    ],
    pending: false,
  })
  expect((await redactions(share, "?texts=1")).body.redactions).toMatchObject([{ rule }])
  expect((await withSecret(share.secret).call("DELETE", `/api/share/${share.id}/redactions`)).status).toBe(
    405,
  )
})

test("[Z6] neither the database nor the log holds what was taken out", async () => {
  const logged: string[] = []
  const write = (fields: object, message: string) => void logged.push(JSON.stringify(fields) + message)
  const own = await createWorld({ log: { info: write, warn: write, error: write, debug: write } })
  onTestFinished(() => own.close())
  const client = createNativeClient(own.url)
  const { id, secret } = (await client.create("ses_1")).body
  await client.sync(id, secret, telling("ses_1"))
  const call = createNativeClient(own.url, { "x-share-secret": secret })
  expect(
    (await call.call("POST", `/api/share/${id}/redact`, { rules: [{ kind: "text", text: SECRET }] })).status,
  ).toBe(200)
  await own.stop()
  for (const file of ["better-share.db", "better-share.db-wal"]) {
    const bytes = await readFile(join(own.dataDir, file)).catch(() => Buffer.alloc(0))
    // What the row said before stays in the write-ahead log until that is begun anew.
    if (file === "better-share.db") expect(bytes.includes("hunter2"), file).toBe(false)
  }
  expectClean(logged.join("\n"), "the log")
})

test("[Z7] repeated with the same id it adds nothing and answers the same receipt", async () => {
  const share = await newNative()
  await share.write(telling(share.sessionID))
  const rule = { id: "my-rule-1", kind: "text", text: SECRET }
  const first = (await redact(share, rule)).body.receipt
  expect(first.final).toBe(true)
  const again = (await redact(share, rule)).body.receipt
  expect(again).toEqual(first)
  expect((await redactions(share)).body.redactions).toHaveLength(1)
})

test("[Z7] what is nowhere is no error: the receipt says so, and the rule stays", async () => {
  const share = await newNative()
  await share.write(telling(share.sessionID))
  const { receipt } = (await redact(share, { kind: "text", text: "not to be found" })).body
  expect(receipt).toMatchObject({
    rules: 1,
    occurrences: 0,
    items: 0,
    segments: 0,
    objectsDeleted: 0,
    final: true,
  })
  await share.write([itemsOf(share.sessionID).text("msg_1", "prt_5", "now not to be found here")])
  expect((await native.call("GET", `/share/${share.id}.md`)).text).toContain("now [redacted] here")
})

test("[Z7] before the first sync a rule can stand ready", async () => {
  for (const create of [newNative, newDirect, newPlain]) {
    const share = await create()
    expect((await takeOut(share)).status).toBe(200)
    await share.write(telling(share.sessionID))
    await expectNothingShown(share.id)
  }
})

test("[Z8] an encrypted share is a conflict; so are more rules than a share may have", async () => {
  const sealed = await createEncryptedShare(world.url, "ses_sealed")
  expect(await takeOut(sealed)).toMatchObject({ status: 409, body: { error: { code: "conflict" } } })
  const share = await newNative()
  const many = Array.from({ length: 16 }, (_, i) => ({ kind: "message", messageID: `msg_${i}` }))
  for (let i = 0; i < 16; i++) expect((await redact(share, ...many)).status).toBe(200)
  expect((await redact(share, ...many)).status).toBe(409)
})

test("[Z8] what is no rule is refused, with the place of the fault", async () => {
  const share = await newNative()
  for (const rules of [
    [],
    [{ kind: "text", text: "abc" }],
    [{ kind: "all" }],
    Array(17).fill({ kind: "message", messageID: "m" }),
  ]) {
    const { status, body } = await redact(share, ...rules)
    expect(status).toBe(400)
    expect(body.error?.message).toMatch(/^rules/)
  }
  expect((await redact(share, { kind: "text", text: "redacted" })).body.error?.message).toContain(
    "choose another",
  )
})

test("[Z9] a rewritten segment of the direct door is one: named by its hash, merged and repeated as others", async () => {
  const share = await newDirect()
  await share.write(telling(share.sessionID))
  await share.write([itemsOf(share.sessionID).text("msg_1", "prt_2", "clean")])
  const before = (await direct.manifest(share.id, share.secret)).body
  const { epoch } = before
  await takeOut(share)
  const after = (await direct.manifest(share.id, share.secret)).body
  expect(after.epoch).toBe(epoch + 1)
  expect(after.segments.map(({ firstRevision }) => firstRevision)).toEqual([1, 2])
  expect(after.segments[1]).toEqual(before.segments[1])
  const [rewritten] = after.segments
  const bytes = await direct.segment(share.id, share.secret, rewritten?.segment ?? "")
  const sha256 = createHash("sha256").update(bytes).digest("hex")
  expect(rewritten?.segment.split(".")[1]).toBe(sha256)
  const content = brotliDecompressSync(bytes)
  expect(rewritten).toMatchObject({ items: 5, bytes: bytes.length, contentBytes: content.length })
  expect(
    (await direct.call("GET", `/api/share/${share.id}/segments/${before.segments[0]?.segment}`)).status,
  ).not.toBe(200)

  // A merge that read what was there before is refused; one by the new names is taken.
  const packed = pack([...telling(share.sessionID)])
  const { tickets } = (await direct.presign(share.id, share.secret, { tickets: [wishOf(packed)] })).body
  const [ticket] = tickets
  if (!ticket) throw new Error("no ticket")
  await put(ticket, packed.body)
  const segment = claimOf(ticket, packed)
  const merge = (list: typeof before) =>
    direct.presign(share.id, share.secret, {
      merge: { replaces: list.segments.map((each) => each.segment), epoch: list.epoch, segment },
    })
  expect((await merge(before)).status).toBe(409)
  expect((await merge(after)).status).toBe(200)
  await expectNothingShown(share.id)
  await waitFor("a clean store", async () => !(await storedTexts(world, share.id)).includes("hunter2"))
})

test("[Z9] a plain object that its client puts again later is rewritten again", async () => {
  const share = await newPlain()
  await share.write(telling(share.sessionID))
  await takeOut(share)
  for (let i = 0; i < 3; i++) {
    await share.write(telling(share.sessionID))
    await expectNothingShown(share.id)
    await waitFor("a clean store", async () => !(await storedTexts(world, share.id)).includes("hunter2"))
  }
})

test("[Z10] a share that is removed takes its rules along", async () => {
  const id = `own-id-${Date.now()}`
  const body = { shareId: id, sessionId: "ses_again", tickets: [] }
  const first = (await direct.reserve(body)).body
  await upload({ id, secret: first.secret }, telling("ses_again"))
  await takeOut({ id, secret: first.secret })
  await direct.remove(id, first.secret)
  const second = (await direct.reserve(body)).body
  expect((await redactions({ id, secret: second.secret })).body.redactions).toEqual([])
  await upload({ id, secret: second.secret }, telling("ses_again"))
  expect((await native.call("GET", `/share/${id}`)).text).toContain("hunter2")
})
