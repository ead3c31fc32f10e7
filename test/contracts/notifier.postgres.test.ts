import pg from "pg"
import { afterAll, afterEach, beforeAll, expect, onTestFinished, test } from "vitest"
import type { Passing } from "../../src/protocol/passing.ts"
import type { MetaStore, NewShare, Notifier, ShareNews } from "../../src/shares/ports.ts"
import { openPostgresStore } from "../../src/storage/meta/postgres.ts"
import { openPostgresNotifier, type PostgresNotifierOptions } from "../../src/storage/notifier/postgres.ts"
import { createPostgresServer, type PostgresServer } from "../postgres/server.ts"
import { waitFor, within } from "../wait.ts"
import { createMetaBench } from "./meta-bench.ts"
import { notifierContract } from "./notifier.ts"

let server: PostgresServer
let url: string
let meta: MetaStore
const opened: Notifier[] = []

beforeAll(async () => {
  server = await createPostgresServer()
  url = await server.createDatabase()
  meta = await openPostgresStore({ url, migrate: true, log: { warn: () => {} } })
})
afterEach(async () => {
  for (const notifier of opened.splice(0)) await notifier.close()
})
afterAll(async () => {
  await meta.close()
  await server.close()
})

const log = { info: () => {}, warn: () => {} }

notifierContract("PostgreSQL", () => openPostgresNotifier({ url, log }), { shared: true })

async function node(options: Partial<PostgresNotifierOptions> = {}): Promise<Notifier> {
  const notifier = await openPostgresNotifier({ url, log, ...options })
  opened.push(notifier)
  return notifier
}

async function createShare(): Promise<NewShare> {
  return createMetaBench(meta).create()
}

function commit(share: NewShare, id: string): ReturnType<MetaStore["commit"]> {
  return createMetaBench(meta).commit(share, [id])
}

function listen(notifier: Notifier, shareID: string): ShareNews[] {
  const heard: ShareNews[] = []
  notifier.subscribe(shareID, (news) => heard.push(news))
  return heard
}

async function notify(payload: string): Promise<void> {
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  await client.query("select pg_notify('better_share', $1)", [payload])
  await client.end()
}

/** The server's processes for the open nodes, in the order in which these were opened. */
async function listeners(): Promise<number[]> {
  const sql =
    "select pid from pg_stat_activity where application_name = 'better-share listen' order by backend_start"
  const look = async () => {
    const rows = await server.query(sql)
    // Those of earlier tests may take a moment to end.
    return rows.length === opened.length && rows.map(({ pid }) => Number(pid))
  }
  return waitFor("the listeners", look)
}

/** Ends the connections of the nodes that were opened first, and lets nobody in before `work` is done. */
async function whileCutOff(nodes: number, work: () => Promise<void>): Promise<void> {
  const name = new URL(url).pathname.slice(1)
  // The store's own connection is there already, and stays.
  await meta.findShare("nobody")
  const pids = (await listeners()).slice(0, nodes)
  await server.query(`alter database ${name} allow_connections false`)
  try {
    await server.query("select pg_terminate_backend(pid) from unnest($1::int[]) as pid", [pids])
    await work()
  } finally {
    await server.query(`alter database ${name} allow_connections true`)
  }
}

test("what one node publishes is told on the others, in order", async () => {
  const [a, b, c] = [await node(), await node(), await node()]
  const here = listen(a, "s")
  const there = [listen(b, "s"), listen(c, "s")]
  for (let revision = 1; revision <= 40; revision++) {
    a.publish({ shareID: "s", revision, state: "active" })
    if (revision % 10 === 0)
      await waitFor("news", () => there.every((heard) => heard.at(-1)?.revision === revision))
  }
  a.publish({ shareID: "s", revision: 40, state: "revoked" })
  await waitFor("the last news", () => there.every((heard) => heard.at(-1)?.state === "revoked"))
  // What is newer may take the place of what has not been sent yet; nothing comes twice or late.
  for (const heard of there) {
    const revisions = heard.map(({ revision }) => revision)
    expect(revisions).toEqual(revisions.toSorted((x, y) => x - y))
    expect(heard.filter(({ state }) => state === "active").length).toBe(new Set(revisions).size)
  }
  expect(here).toHaveLength(41)
})

test("a node's own news does not come back to it", async () => {
  const [a, b] = [await node(), await node()]
  const here = listen(a, "own")
  const there = listen(b, "own")
  a.publish({ shareID: "own", revision: 1, state: "active" })
  b.publish({ shareID: "own", revision: 2, state: "active" })
  await waitFor("both", () => here.length >= 2 && there.at(-1)?.revision === 2)
  // Sent behind it on the same connection, so what would have come back is there before it.
  a.publish({ shareID: "own", revision: 3, state: "active" })
  await waitFor("the third", () => there.at(-1)?.revision === 3)
  expect(here.map(({ revision }) => revision)).toEqual([1, 2, 3])
})

test("[D1] a revocation is told by its own transaction, should its node die right after", async () => {
  const share = await createShare()
  await commit(share, "s1")
  const heard = listen(await node(), share.id)
  await meta.revoke({ shareID: share.id, generation: 0 }, 9)
  await waitFor("the news", () => heard.length > 0)
  expect(heard).toEqual([{ shareID: share.id, revision: 1, state: "revoked" }])
})

test("[Z5] a redaction is told even when the node that stored it dies before it can", async () => {
  const share = await createShare()
  await commit(share, "s1")
  const heard = listen(await node(), share.id)
  await meta.addRedactions({
    ...{ shareID: share.id, generation: 0, secretHash: undefined, most: 9, at: 9 },
    rules: [{ id: "r1", rule: "sealed" }],
    redact: (text) => text,
  })
  await waitFor("the news", () => heard.length > 0)
  expect(heard).toEqual([{ shareID: share.id, revision: 2, state: "active" }])
})

test("a lost connection is noticed, replaced, and what it missed is told", async () => {
  const share = await createShare()
  const { id: gone } = await createShare()
  const { id: quiet } = await createShare()
  const [a, b] = [await node(), await node()]
  const [heard, heardGone, heardQuiet] = [share.id, gone, quiet].map((id) => listen(a, id))
  const known: ShareNews = { shareID: quiet, revision: 0, state: "active" }
  a.publish(known)
  await whileCutOff(2, async () => {
    await waitFor("the loss to be noticed", () => !a.isFresh() && !b.isFresh())
    // Nobody publishes: only the rows say so.
    await commit(share, "s1")
    await commit(share, "s2")
    await meta.revoke({ shareID: gone, generation: 0 }, 9)
  })
  await waitFor("both to be fresh", () => a.isFresh() && b.isFresh())
  // What was missed is told with who may see it: that may have changed as well.
  expect(heard?.at(-1)).toEqual({ shareID: share.id, revision: 2, state: "active", access: 0 })
  expect(heardGone?.at(-1)).toEqual({ shareID: gone, revision: 0, state: "revoked", access: 0 })
  // Told again although nothing has happened: whoever hears it can trust what it knows.
  expect(heardQuiet).toEqual([known, { ...known, access: 0 }])
  b.publish({ shareID: share.id, revision: 3, state: "active" })
  await waitFor("later news", () => heard?.at(-1)?.revision === 3)
})

test("what is published while there is no connection is sent when there is one", async () => {
  const [a, b] = [await node(), await node()]
  const heard = listen(b, "meanwhile")
  const heardOnce = listen(b, "once")
  await whileCutOff(1, async () => {
    await waitFor("the loss to be noticed", () => !a.isFresh())
    a.publish({ shareID: "once", revision: 1, state: "active" })
    for (const revision of [1, 2]) a.publish({ shareID: "meanwhile", revision, state: "active" })
    a.publish({ shareID: "meanwhile", revision: 2, state: "revoked" })
    // A commit whose news the revocation's has overtaken.
    a.publish({ shareID: "meanwhile", revision: 2, state: "active" })
    expect(heard).toEqual([])
  })
  await waitFor("all news", () => heardOnce.length === 1)
  await waitFor("the news", () => heard.at(-1)?.state === "revoked")
})

test("a connection that says nothing is not fresh, though nobody has closed it", async () => {
  const losses: unknown[] = []
  const a = await node({ log: { info: () => {}, warn: (fields) => losses.push(fields) } })
  const pids = await listeners()
  for (const pid of pids) process.kill(pid, "SIGSTOP")
  try {
    await waitFor("silence to be noticed", () => !a.isFresh())
    expect(losses).toEqual([])
    // It is given up for a new one.
    await waitFor("another connection", () => a.isFresh())
  } finally {
    for (const pid of pids) process.kill(pid, "SIGCONT")
  }
})

test("a restart of the server is survived", async () => {
  const { id: share } = await createShare()
  const a = await node()
  const heard = listen(a, share)
  await server.stop("crash")
  await waitFor("the loss to be noticed", () => !a.isFresh())
  a.publish({ shareID: share, revision: 7, state: "active" })
  await server.start()
  await waitFor("the connection", () => a.isFresh())
  expect(heard.map(({ revision }) => revision)).toContain(7)
})

test("what others send to the channel is ignored", async () => {
  const a = await node()
  const heard = listen(a, "x")
  for (const payload of [
    "",
    "{",
    "null",
    '{"shareID":"x"}',
    '{"shareID":"x","revision":1.5,"state":"active"}',
  ]) {
    await notify(payload)
  }
  await notify('{"shareID":"x","revision":1,"state":"active","more":1}')
  await waitFor("the only news", () => heard.length > 0)
  expect(heard).toEqual([{ shareID: "x", revision: 1, state: "active" }])
})

/** Than all is said again anyway. */
const SOONER = { timeout: 4_000 }

const textAt = (from: number, text: string, partID = "prt_1"): Passing => ({
  deltas: [{ sessionID: "ses_1", messageID: "msg_1", partID, field: "text", from, text }],
})
const textsOf = (heard: readonly Passing[]) =>
  heard
    .flatMap((passing) => ("deltas" in passing ? passing.deltas : []))
    .map(({ text }) => text)
    .join("")

function hear(notifier: Notifier, shareID: string): Passing[] {
  const heard: Passing[] = []
  notifier.hear(shareID, (passing) => heard.push(passing))
  return heard
}

/** What anybody sends to the channel of what nobody keeps. */
async function overhear(): Promise<string[]> {
  const payloads: string[] = []
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  client.on("notification", ({ payload = "" }) => payloads.push(payload))
  await client.query("listen better_share_live")
  onTestFinished(() => client.end())
  return payloads
}

test("[V1] viewers are those of all nodes, a node that comes later asks for them, and one that goes takes its own along", async () => {
  const [a, b] = [await node(), await node()]
  a.setViewers("seen", 2)
  b.setViewers("seen", 3)
  await waitFor("the sum", () => a.viewers("seen") === 5 && b.viewers("seen") === 5)
  const late = await node()
  await waitFor("the sum at a later node", () => late.viewers("seen") === 5, SOONER)
  a.setViewers("seen", 0)
  await waitFor("those of one node", () => b.viewers("seen") === 3 && late.viewers("seen") === 3)
  await b.close()
  await waitFor("nobody", () => late.viewers("seen") === 0)
})

test("[V1] what changed while a connection was lost is told when it is back", async () => {
  const [a, b] = [await node(), await node()]
  await whileCutOff(2, async () => {
    await waitFor("the loss to be noticed", () => !a.isFresh() && !b.isFresh())
    a.setViewers("cut-off", 4)
  })
  await waitFor("the viewers", () => b.viewers("cut-off") === 4, SOONER)
})

test("[V3] passing text reaches the nodes where somebody watches, whole and in order", async () => {
  const [a, b] = [await node(), await node()]
  const heard = hear(b, "typed")
  b.setViewers("typed", 1)
  await waitFor("the viewer", () => a.viewers("typed") === 1)
  const text = `\u0000 "quoted" \ud83d é 語 👋`.repeat(3_000).slice(0, 40_000)
  for (let at = 0; at < text.length; at += 1_000) a.pass("typed", textAt(at, text.slice(at, at + 1_000)))
  await waitFor("all of it", () => textsOf(heard).length === text.length)
  expect(textsOf(heard)).toBe(text)
  // Words that follow each other travel as one.
  expect(heard.length).toBeLessThan(40)
  const sealed = "A".repeat(60_000)
  a.pass("typed", { sealed })
  await waitFor("what is sealed", () => heard.some((passing) => "sealed" in passing))
  expect(heard.at(-1)).toEqual({ sealed })
})

test("[V3] where nobody watches elsewhere nothing is sent", async () => {
  const [a, b] = [await node(), await node()]
  const payloads = await overhear()
  a.setViewers("alone", 1)
  await waitFor("the count", () => b.viewers("alone") === 1)
  a.pass("alone", textAt(0, "said to nobody"))
  b.setViewers("elsewhere", 1)
  await waitFor("the other count", () => a.viewers("elsewhere") === 1)
  a.pass("elsewhere", textAt(0, "said to somebody"))
  await waitFor("the text", () => payloads.some((payload) => payload.includes("said to somebody")))
  expect(payloads.filter((payload) => payload.includes("said to nobody"))).toEqual([])
})

test("[V4] what is too much is lost, and news comes through it all", async () => {
  const [a, b] = [await node(), await node()]
  const heard = hear(b, "flood")
  const news = listen(b, "flood")
  b.setViewers("flood", 1)
  await waitFor("the viewer", () => a.viewers("flood") === 1)
  const words = "x".repeat(1024)
  for (let i = 0; i < 4096; i++) a.pass("flood", textAt(i * 2048, words))
  a.publish({ shareID: "flood", revision: 1, state: "active" })
  await waitFor("the news", () => news.length === 1)
  a.pass("flood", textAt(0, "the end", "prt_2"))
  await waitFor("the end", () => textsOf(heard).includes("the end"))
  expect(textsOf(heard).length).toBeLessThan(300 * 1024)
})

test("what others send to the channel of passing text is ignored", async () => {
  const a = await node()
  const heard = hear(a, "x")
  const send = async (payload: string) => {
    const client = new pg.Client({ connectionString: url })
    await client.connect()
    await client.query("select pg_notify('better_share_live', $1)", [payload])
    await client.end()
  }
  const delta = { sessionID: "s", messageID: "m", partID: "p", field: "text", from: 0, text: "words" }
  for (const body of [
    "",
    "{",
    "null",
    '{"viewers":[["x"]]}',
    '{"viewers":[["x","many"]]}',
    '{"share":"x","passing":{"deltas":[{}]}}',
    JSON.stringify({ share: "x", passing: { deltas: [{ ...delta, field: "html" }] } }),
  ]) {
    await send(`stranger 1 0 1 ${body}`)
    await send(body)
  }
  await send(`stranger 1 5 6 "}`)
  await send("stranger 1 0 999 {")
  await send(`stranger 2 0 1 ${JSON.stringify({ share: "x", passing: { deltas: [delta] } })}`)
  await waitFor("the only text", () => heard.length > 0)
  expect(heard).toEqual([{ deltas: [delta] }])
  expect(a.viewers("x")).toBe(0)
})

test("closing sends what waits, ends the connection, and is no loss", async () => {
  const losses: unknown[] = []
  const a = await openPostgresNotifier({
    url,
    log: { info: () => {}, warn: (fields) => losses.push(fields) },
  })
  const heard = listen(await node(), "last")
  a.publish({ shareID: "last", revision: 1, state: "active" })
  a.publish({ shareID: "last", revision: 2, state: "active" })
  await a.close()
  await waitFor("the last news", () => heard.at(-1)?.revision === 2)
  expect(a.isFresh()).toBe(false)
  expect(losses).toEqual([])
})

test("closing while there is no connection does not wait for one", async () => {
  const a = await node()
  await whileCutOff(1, async () => {
    await waitFor("the loss to be noticed", () => !a.isFresh())
    a.publish({ shareID: "unsent", revision: 1, state: "active" })
    await within(a.close(), 5_000, "closing")
  })
})

test("a database that cannot be used is said in a sentence", async () => {
  await expect(openPostgresNotifier({ url: "postgres://me:hidden@127.0.0.1:1/share", log })).rejects.toThrow(
    /^PostgreSQL at 127\.0\.0\.1:1\/share cannot be used: .*ECONNREFUSED/,
  )
})
