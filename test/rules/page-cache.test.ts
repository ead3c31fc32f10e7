import { brotliDecompressSync, gunzipSync } from "node:zlib"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createPageCache } from "../../src/api/page-cache.ts"
import { encode } from "../../src/host/encode.ts"
import { createMachine } from "../../src/host/machine.ts"
import type { Item } from "../../src/protocol/item.ts"
import { type CountingApp, createCountingApp } from "../counting-app.ts"
import { itemsOf } from "../items.ts"

let app: CountingApp
let count = 0
beforeEach(async () => {
  app = await createCountingApp()
})
afterEach(() => app.close())

const BROTLI = { headers: { "accept-encoding": "br" } }
const unless = (tag: string | null, encoding = "br") => ({
  headers: { "accept-encoding": encoding, "if-none-match": tag ?? "" },
})

async function newShare() {
  const sessionID = `ses_${++count}`
  const json = { "content-type": "application/json" }
  const send = async (method: string, path: string, body: object) =>
    (await app.request(path, { method, headers: json, body: JSON.stringify(body) })).json()
  const { id, secret } = (await send("POST", "/api/share", { sessionID })) as { id: string; secret: string }
  const items = itemsOf(sessionID)
  const sync = (data: Item[]) => send("POST", `/api/share/${id}/sync`, { secret, data })
  const say = (words: string) => sync([items.text("msg_1", "prt_1", words)])
  await sync([items.session({ title: "A kept page" }), items.user("msg_1")])
  await say("first words")
  return {
    id,
    path: `/share/${id}`,
    sync,
    say,
    revoke: () => send("DELETE", `/api/share/${id}`, { secret }),
    items,
  }
}

async function read(response: Response): Promise<string> {
  const body = Buffer.from(await response.arrayBuffer())
  const coding = response.headers.get("content-encoding")
  return (
    coding === "br" ? brotliDecompressSync(body) : coding === "gzip" ? gunzipSync(body) : body
  ).toString()
}

test("[R4] a page that has been read is answered from memory, and so is 304: storage hears of neither", async () => {
  const { path } = await newShare()
  const first = await app.request(path, BROTLI)
  const tag = first.headers.get("etag")
  expect(tag).toMatch(/^"[\w-]{22}-br"$/)
  const body = Buffer.from(await first.arrayBuffer())
  expect(app.calls().length).toBeGreaterThan(0)

  const second = await app.request(path, BROTLI)
  expect(Buffer.from(await second.arrayBuffer()).equals(body)).toBe(true)
  expect(second.headers.get("etag")).toBe(tag)
  expect(app.calls()).toEqual([])

  for (const named of [tag, `"other", W/${tag}`, "*"]) {
    const unchanged = await app.request(path, unless(named))
    expect(unchanged.status).toBe(304)
    expect(await unchanged.text()).toBe("")
    expect(unchanged.headers.get("etag")).toBe(tag)
  }
  expect((await app.request(path, unless(`"other"`))).status).toBe(200)
  expect(app.calls()).toEqual([])
})

test("[R4] a page may be kept by its reader, who has to ask each time, and by nobody else", async () => {
  const { path } = await newShare()
  const { headers } = await app.request(path, BROTLI)
  expect(headers.get("cache-control")).toBe("private, no-cache, no-transform")
  const unchanged = await app.request(path, unless(headers.get("etag")))
  expect(unchanged.headers.get("cache-control")).toBe(headers.get("cache-control"))
  for (const answer of [headers, unchanged.headers]) {
    expect(answer.get("vary")).toBe("accept, accept-encoding")
    expect(answer.get("content-security-policy")).toContain("default-src 'none'")
    expect(answer.get("x-request-id")).toMatch(/^[\w-]{36}$/)
  }
})

test("[R4] a commit makes another page; a sync that changes nothing does not", async () => {
  const { path, say } = await newShare()
  const tag = (await app.request(path, BROTLI)).headers.get("etag")
  await say("first words")
  expect((await app.request(path, unless(tag))).status).toBe(304)
  await say("later words")
  const changed = await app.request(path, unless(tag))
  expect(changed.status).toBe(200)
  expect(changed.headers.get("etag")).not.toBe(tag)
  const html = await read(changed)
  expect(html).toContain("later words")
  expect(html).toContain('data-revision="3"')
})

test("[R4] a commit that falls into the reading of a page is on the next one", async () => {
  const { path, say } = await newShare()
  app.after("meta.segments", () => say("said meanwhile"))
  expect(await read(await app.request(path))).toContain("first words")
  expect(await read(await app.request(path))).toContain("said meanwhile")
})

test("[R4] many who come at once get one rendering, compressed once", async () => {
  const { path } = await newShare()
  app.calls()
  const answers = await Promise.all(Array.from({ length: 30 }, () => app.request(path, BROTLI)))
  expect(new Set(answers.map(({ headers }) => headers.get("etag"))).size).toBe(1)
  const calls = app.calls()
  expect(calls.filter((call) => call.startsWith("encode."))).toEqual(["encode.br"])
  expect(calls.filter((call) => call === "meta.segments")).toEqual(["meta.segments"])
})

test("[R5] once revoked a page is 410 at once, whatever its reader has kept", async () => {
  const { path, revoke } = await newShare()
  const tag = (await app.request(path, BROTLI)).headers.get("etag")
  expect((await app.request(path, unless(tag))).status).toBe(304)
  await revoke()
  for (const init of [BROTLI, unless(tag), unless("*"), { ...unless(tag), method: "HEAD" }]) {
    const gone = await app.request(path, init)
    expect([gone.status, gone.headers.get("cache-control"), gone.headers.get("etag")]).toEqual([
      410,
      "no-store",
      null,
    ])
  }
})

test("[R5] a revocation that falls into the reading of a page is 410", async () => {
  const { path, revoke } = await newShare()
  app.after("meta.segments", revoke)
  expect((await app.request(path)).status).toBe(410)
  expect((await app.request(path)).status).toBe(410)
})

test("[R5] a revocation that falls into the rendering of a page is 410", async () => {
  const { id, revoke } = await newShare()
  const pages = createPageCache({
    shares: app.shares,
    machine: createMachine(),
    encode,
    headers: () => ({}),
    *render() {
      revoke()
      for (let i = 0; i < 1000; i++) yield "words "
    },
  })
  await expect(pages.open(id)).rejects.toMatchObject({ code: "gone" })
  expect(pages.size()).toBe(0)
})

test("[R5] while other nodes are not heard, the row is read before each answer from memory", async () => {
  const { id, path } = await newShare()
  const tag = (await app.request(path, BROTLI)).headers.get("etag")
  app.calls()
  app.hearing.fresh = false
  for (let i = 0; i < 3; i++) {
    expect((await app.request(path, unless(tag))).status).toBe(304)
    expect(app.calls()).toEqual(["meta.findShare"])
  }
  // As another node would do it.
  await app.meta.revoke({ shareID: id, generation: 0 }, app.clock.now)
  expect((await app.request(path, unless(tag))).status).toBe(410)
})

test("[R5] what no news told of holds after a second, in which the row is read once", async () => {
  const { id, path } = await newShare()
  const tag = (await app.request(path, BROTLI)).headers.get("etag")
  app.calls()
  for (const passed of [999, 1, 999, 0]) {
    app.clock.now += passed
    expect((await app.request(path, unless(tag))).status).toBe(304)
  }
  expect(app.calls()).toEqual(["meta.findShare"])
  await app.meta.revoke({ shareID: id, generation: 0 }, app.clock.now)
  app.clock.now += 1
  expect((await app.request(path, unless(tag))).status).toBe(410)
  // A clock that is set back must not make a page last.
  const other = await newShare()
  await app.request(other.path)
  await app.meta.revoke({ shareID: other.id, generation: 0 }, app.clock.now)
  app.clock.now -= 3_600_000
  expect((await app.request(other.path)).status).toBe(410)
})

test.each([
  ["gzip, deflate, br, zstd", "br"],
  ["gzip, deflate", "gzip"],
  ["br;q=0.5, gzip", "gzip"],
  ["br; Q=1.000, GZIP", "br"],
  ["*", "br"],
  ["br;q=0, *", "gzip"],
  ["identity", null],
  ["", null],
  ["deflate", null],
  ["identity;q=0, *;q=0", null],
  ["br;q=0, gzip;q=0", null],
  ["br;q=1e9, gzip;q=-1", null],
  ["br;q=, gzip;;q=1", null],
  ["__proto__, constructor, toString", null],
  [`${"x,".repeat(20)}br`, "br"],
])("[R6] Accept-Encoding %j gets %s, and the same page", async (header, coding) => {
  const { path } = await newShare()
  const response = await app.request(path, { headers: { "accept-encoding": header } })
  expect([response.status, response.headers.get("content-encoding")]).toEqual([200, coding])
  expect(response.headers.get("etag")).toMatch(new RegExp(`-${coding ?? "identity"}"$`))
  expect(await read(response)).toContain("first words")
  // A tag is of one form only.
  const tag = response.headers.get("etag")?.replace(/-\w+"$/, '-none"') ?? ""
  expect((await app.request(path, unless(tag, header))).status).toBe(200)
})

test("[R4] HEAD says what GET would, and sends none of it", async () => {
  const { path } = await newShare()
  const got = await app.request(path, BROTLI)
  const head = await app.request(path, { ...BROTLI, method: "HEAD" })
  expect(head.status).toBe(200)
  expect(await head.text()).toBe("")
  for (const name of ["etag", "content-length", "content-encoding", "content-type", "cache-control"]) {
    expect(head.headers.get(name), name).toBe(got.headers.get(name))
  }
  expect(Number(head.headers.get("content-length"))).toBe((await got.arrayBuffer()).byteLength)
  const unchanged = await app.request(path, { ...unless(got.headers.get("etag")), method: "HEAD" })
  expect(unchanged.status).toBe(304)
})

test("[R7] a page of more than a million characters is sent as it is made, and kept once it was read", async () => {
  const { path, sync, items } = await newShare()
  const words = "words and more words ".repeat(100)
  const parts = Array.from({ length: 550 }, (_, i) => items.text("msg_1", `prt_${200 + i}`, `${i} ${words}`))
  await sync(parts)
  const first = await app.request(path, { headers: { "if-none-match": "*" } })
  expect([first.status, first.headers.get("etag")]).toEqual([200, null])
  expect(first.headers.get("cache-control")).toBe("no-store")
  const html = await first.text()
  expect(html.length).toBeGreaterThan(1024 * 1024)
  expect(html).toContain("549 words")
  expect(html).toMatch(/<\/html>\s*$/)
  const second = await app.request(path)
  expect(second.headers.get("etag")).toMatch(/^"/)
  expect(await second.text()).toBe(html)
  await sync([items.text("msg_1", "prt_900", "the newest words")])
  const third = await app.request(path)
  expect(third.headers.get("etag")).toBe(null)
  expect(await third.text()).toContain("the newest words")
})

test("[R7] a page that is left in the middle, or too large, is not kept", async () => {
  const { id } = await newShare()
  const made: number[] = []
  const pages = createPageCache({
    shares: app.shares,
    machine: createMachine(),
    encode: async (body) => body.slice(),
    headers: () => ({}),
    *render() {
      made.push(made.length)
      for (let i = 0; i < 5; i++) yield "x".repeat(10_000)
    },
    limits: { bytes: 100_000, atOnce: 15_000, characters: 45_000 },
  })
  for (let reader = 0; reader < 3; reader++) {
    const { page: opened } = await pages.open(id)
    if ("tag" in opened) throw new Error("it was kept")
    if (reader === 0) opened[Symbol.iterator]().next()
    else expect([...opened].join("")).toHaveLength(50_000)
  }
  expect(made).toHaveLength(3)
})

test("[R7] what is kept has a bound; the longest unread goes first", async () => {
  const ids: string[] = []
  for (let i = 0; i < 6; i++) ids.push((await newShare()).id)
  const page = "x".repeat(10_000)
  const made: string[] = []
  const pages = createPageCache({
    shares: app.shares,
    machine: createMachine(),
    // Compressed forms count too, so here they are as large as what they are made of.
    encode: async (body) => body.slice(),
    headers: () => ({}),
    render({ share }) {
      made.push(share.id)
      return [page]
    },
    limits: { bytes: 100_000, atOnce: 20_000, characters: 20_000 },
  })
  const open = async (at: number) => {
    const { page: opened } = await pages.open(ids[at] ?? "")
    if ("form" in opened) await opened.form("gzip")
    expect(pages.size()).toBeLessThanOrEqual(100_000)
  }
  for (const at of [0, 1, 2, 3]) await open(at)
  expect(pages.size()).toBeGreaterThan(80_000)
  await open(0)
  await open(4)
  await open(0)
  expect(made).toEqual([0, 1, 2, 3, 4].map((at) => ids[at]))
  await open(1)
  expect(made.at(-1)).toBe(ids[1])
})
