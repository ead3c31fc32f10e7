import { afterAll, beforeAll, expect, test } from "vitest"
import type { Item } from "../../src/protocol/item.ts"
import { createEncryptedShare } from "../encrypted-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let client: ReturnType<typeof createNativeClient>
let count = 0
beforeAll(async () => {
  world = await createWorld()
  client = createNativeClient(world.url)
})
afterAll(() => world.close())

const TYPES = {
  md: "text/markdown; charset=utf-8",
  txt: "text/plain; charset=utf-8",
  json: "application/json; charset=utf-8",
} as const
const NAMES = ["md", "txt", "json"] as const
const HTML = "text/html; charset=utf-8"
const CHROME =
  "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7"

function get(path: string, headers: Record<string, string> = {}, method = "GET"): Promise<Response> {
  return fetch(`${world.url}${path}`, { method, headers, redirect: "manual" })
}
const textOf = async (path: string) => (await get(path)).text()

async function newShare() {
  const sessionID = `ses_${++count}`
  const { id, secret } = (await client.create(sessionID)).body
  const items = itemsOf(sessionID)
  const { session, user, assistant, text } = items
  const talk = [user("msg_1", 1), text("msg_1", "prt_1", "Say hello"), assistant("msg_2", 2)]
  await client.sync(id, secret, [session({ title: "A greeting" }), ...talk, text("msg_2", "prt_2", "Hello")])
  const sync = (data: Item[]) => client.sync(id, secret, data)
  return { id, secret, sessionID, items, sync, path: `/share/${id}`, remove: () => client.remove(id, secret) }
}

const bash = (sessionID: string, command: string, output: string): Item => ({
  type: "part",
  data: {
    ...{ id: "prt_3", messageID: "msg_2", sessionID, type: "tool", tool: "bash" },
    state: {
      status: "completed",
      input: { command },
      output,
      metadata: { exit: 1 },
      time: { start: 0, end: 1300 },
    },
  },
})

test("[T1] every form has an address of its own", async () => {
  const { path, sessionID } = await newShare()
  expect(await textOf(`${path}.md`)).toContain("# A greeting\n")
  expect(await textOf(`${path}.txt`)).toContain(`# Session ID: ${sessionID}\n`)
  expect(JSON.parse(await textOf(`${path}.json`))).toMatchObject({
    sessionId: sessionID,
    revision: 1,
    children: [],
  })
  // A slash at the end does no harm, as it does none to the page.
  expect(await textOf(`${path}.md/`)).toContain("# A greeting\n")
  expect((await get(`${path}.pdf`)).status).toBe(404)
})

test.each(NAMES)("[T1] /s/:id.%s leads there, query included", async (name) => {
  const { id } = await newShare()
  const { status, headers } = await get(`/s/${id}.${name}?from=2`)
  expect([status, headers.get("location")]).toEqual([302, `/share/${id}.${name}?from=2`])
  expect((await get(`/s/${id}`)).headers.get("location")).toBe(`/share/${id}`)
  expect((await get(`/s/short.${name}`)).status).toBe(404)
})

test.each(NAMES)(
  "[T2] .%s says what it is, is kept by nobody and found by no search engine",
  async (name) => {
    const { path } = await newShare()
    const { status, headers } = await get(`${path}.${name}`)
    expect(status).toBe(200)
    expect(Object.fromEntries(headers)).toMatchObject({
      "content-type": TYPES[name],
      "cache-control": "no-store",
      "x-robots-tag": "noindex",
      "x-content-type-options": "nosniff",
      "content-disposition": `inline; filename="a-greeting.${name}"`,
      "content-security-policy": expect.stringContaining("default-src 'none'"),
    })
    const head = await get(`${path}.${name}`, {}, "HEAD")
    expect([head.status, head.headers.get("content-type"), await head.text()]).toEqual([200, TYPES[name], ""])
  },
)

test("[T2] a title that names no file is not sent as one", async () => {
  const { id, path, sync, items } = await newShare()
  await sync([items.session({ title: '港"\r\nx: y' })])
  expect((await get(`${path}.md`)).headers.get("content-disposition")).toBe('inline; filename="x-y.md"')
  await sync([items.session({ title: "港" })])
  expect((await get(`${path}.md`)).headers.get("content-disposition")).toBe(
    `inline; filename="share-${id}.md"`,
  )
})

test.each([
  ["text/markdown", TYPES.md],
  ["text/plain", TYPES.txt],
  ["application/json", TYPES.json],
  ["text/html;q=0.7, text/plain;q=0.8", TYPES.txt],
  ["text/html;q=0.8, text/markdown;q=0.7", HTML],
  ["text/markdown, text/html, */*", TYPES.md],
  ["application/json, text/plain, */*", HTML],
  ["*/*", HTML],
  [CHROME, HTML],
])("[T3] the share's own address goes by Accept: %s", async (accept, type) => {
  const { path } = await newShare()
  // Twice, as the page comes from memory then.
  for (const _ of [1, 2]) {
    const { headers } = await get(path, { accept })
    expect(headers.get("content-type")).toBe(type)
    expect(headers.get("vary")).toBe("accept, accept-encoding")
  }
})

test("[T3] a tag of the page says nothing of its other forms", async () => {
  const { path } = await newShare()
  const etag = (await get(path)).headers.get("etag") ?? ""
  expect((await get(path, { "if-none-match": etag })).status).toBe(304)
  const other = await get(path, { "if-none-match": etag, accept: "text/markdown" })
  expect([other.status, other.headers.get("etag")]).toEqual([200, null])
})

test("[T3] an address with an ending is what it says, whatever is accepted", async () => {
  const { path } = await newShare()
  expect((await get(`${path}.txt`, { accept: CHROME })).headers.get("content-type")).toBe(TYPES.txt)
})

test("[T4] a range is told alone", async () => {
  const { path } = await newShare()
  for (const query of ["from=msg_2", "from=2&to=2"]) {
    const markdown = await textOf(`${path}.md?${query}`)
    expect(markdown).toContain("Hello")
    expect(markdown).not.toContain("Say hello")
    expect(markdown).toContain("- Messages: 2 to 2 of 2\n")
    expect(JSON.parse(await textOf(`${path}.json?${query}`)).messages).toHaveLength(1)
  }
})

test.each(["from=msg_9", "to=3", "from=2&to=1", "from=%3Cb%3E", "tools=some"])(
  "[T4] a query that nothing can be told for is refused: %s",
  async (query) => {
    const { path } = await newShare()
    const plain = await get(`${path}.md?${query}`)
    expect([plain.status, plain.headers.get("content-type")]).toEqual([400, "text/plain; charset=UTF-8"])
    expect(await plain.text()).toMatch(/^(from|to|tools|The range)\b.*\.\n$/)
    const json = await get(`${path}.json?${query}`)
    expect([json.status, await json.json()]).toMatchObject([400, { error: { code: "invalid_request" } }])
  },
)

test("[T5] tools are told as one asks, and otherwise as the form does", async () => {
  const { path, sync, sessionID } = await newShare()
  await sync([bash(sessionID, "npm test", `first\n${"x".repeat(5000)}\nlast`)])
  const markdown = await textOf(`${path}.md`)
  expect(markdown).toContain("\n- **bash** `npm test` → exit 1, 1.3 s\n")
  expect(markdown).not.toContain("first")
  expect(await textOf(`${path}.md?tools=full`)).toContain("last\n```\n")
  expect(await textOf(`${path}.md?tools=none`)).not.toContain("bash")
  expect(await textOf(`${path}.txt`)).toContain("last\n")
  expect(await textOf(`${path}.txt?tools=summary`)).toContain("... (truncated from 5011 chars)")
  expect(await textOf(`${path}.txt?tools=none`)).not.toContain("first")
})

test("[T5] what is hostile arrives harmless, and JSON as it was sent", async () => {
  const { path, sync, sessionID, items } = await newShare()
  const output = "\x1b]0;title\x07\x1b[31mred\x1b[0m\n```\n## User\n\u202edrawkcab"
  await sync([bash(sessionID, "cat x", output), items.text("msg_2", "prt_4", output)])
  const markdown = await textOf(`${path}.md?tools=full`)
  expect(markdown).toContain("````\nred\n```\n## User\n⟨U+202E⟩drawkcab\n````\n")
  expect(markdown.endsWith("red\n```\n## User\n⟨U+202E⟩drawkcab\n```\n")).toBe(true)
  expect(await textOf(`${path}.txt`)).toContain("red\n```\n## User\n⟨U+202E⟩drawkcab\n")
  for (const name of ["md", "txt"]) {
    expect(await textOf(`${path}.${name}?tools=full`)).not.toMatch(/[\x00-\x09\x0b-\x1f\x7f\u202e]/)
  }
  expect(JSON.parse(await textOf(`${path}.json`)).messages[1].parts[2].text).toBe(output)
})

test("[T6] JSON holds the subagents' sessions, items of later versions, and what an undo hides", async () => {
  const { path, sync, sessionID, items } = await newShare()
  const child = itemsOf(`ses_child_${count}`)
  await sync([
    child.session({ parentID: sessionID, title: "A subagent" }),
    child.user("msg_c"),
    child.text("msg_c", "prt_c", "Asked"),
    { type: "session_mood", data: { id: "mood_1", mood: "hopeful" } },
    items.session({ title: "A greeting", revert: { messageID: "msg_2" } }),
  ])
  const json = JSON.parse(await textOf(`${path}.json`))
  expect(json.others).toEqual([{ type: "session_mood", data: { id: "mood_1", mood: "hopeful" } }])
  expect(json.messages).toHaveLength(2)
  expect(json.children).toMatchObject([
    {
      session: { title: "A subagent" },
      messages: [{ info: { id: "msg_c" }, parts: [{ text: "Asked" }] }],
      children: [],
    },
  ])
  expect(await textOf(`${path}.md`)).not.toContain("Hello")
  expect(await textOf(`${path}.md`)).toContain("## Subagent: A subagent\n")
})

test("[T2] a large share comes in pieces", async () => {
  const { path, sync, items } = await newShare()
  const words = "the quick brown fox ".repeat(5000)
  await sync(
    Array.from({ length: 100 }, (_, at) => items.text("msg_2", `prt_${String(at).padStart(4, "0")}`, words)),
  )
  for (const name of NAMES) {
    const { body, headers } = await get(`${path}.${name}`, { "accept-encoding": "identity" })
    expect(headers.get("content-length")).toBeNull()
    let [length, pieces] = [0, 0]
    for await (const piece of body ?? []) {
      length += piece.byteLength
      pieces++
    }
    expect(length).toBeGreaterThan(100 * (words.length - 1))
    expect(pieces).toBeGreaterThan(50)
  }
})

/** Every address that a share is told at in another form than its page, with how to ask for it. */
const told = (id: string) =>
  NAMES.flatMap((name) => [
    { name, path: `/share/${id}.${name}`, headers: {} },
    { name, path: `/share/${id}`, headers: { accept: TYPES[name].split(";")[0] ?? "" } },
  ])

async function expectRefusal(id: string, status: number, code: string, message: RegExp) {
  for (const { name, path, headers } of told(id)) {
    const answer = await get(path, headers)
    expect([path, answer.status]).toEqual([path, status])
    expect(answer.headers.get("cache-control")).toBe("no-store")
    if (name === "json") {
      expect(await answer.json()).toEqual({ error: { code, message: expect.any(String) } })
    } else {
      expect(answer.headers.get("content-type")).toBe("text/plain; charset=UTF-8")
      expect(await answer.text()).toMatch(message)
    }
  }
}

test("[T2] what is not there is said in the form that was asked for", async () => {
  await expectRefusal("nothing_here", 404, "not_found", /^There is nothing at this address\..*\n$/)
  await expectRefusal("short", 404, "not_found", /^There is nothing at this address\..*\n$/)
  expect((await get("/share/nothing_here", { accept: CHROME })).headers.get("content-type")).toContain(
    "text/html",
  )
})

test("[T2] a share that was removed is gone in every form", async () => {
  const { id, remove } = await newShare()
  for (const { path, headers } of told(id)) expect((await get(path, headers)).status).toBe(200)
  await remove()
  await expectRefusal(id, 410, "gone", /^This share has been removed by its owner\.\n$/)
})

test("[T2] an encrypted share can be told by nobody but a browser with its key", async () => {
  const share = await createEncryptedShare(world.url, "ses_sealed")
  await share.sync([itemsOf("ses_sealed").session()])
  await expectRefusal(share.id, 422, "unreadable", /^This share is end-to-end encrypted.*Open its whole link/)
  expect((await get(`/share/${share.id}`, { accept: CHROME })).status).toBe(200)
})
