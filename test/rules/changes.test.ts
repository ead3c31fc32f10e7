import { createTwoFilesPatch } from "diff"
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

const get = async (path: string) => {
  const answer = await fetch(`${world.url}${path}`)
  return { status: answer.status, headers: answer.headers, text: await answer.text() }
}

function edit(sessionID: string, id: string, filePath: string, before: string, after: string): Item {
  const state = {
    status: "completed",
    input: { filePath },
    metadata: { diff: createTwoFilesPatch(filePath, filePath, before, after) },
  }
  return { type: "part", data: { id, messageID: "msg_2", sessionID, type: "tool", tool: "edit", state } }
}

async function newShare(...more: ((sessionID: string) => Item)[]) {
  const sessionID = `ses_${++count}`
  const { id, secret } = (await client.create(sessionID)).body
  const { session, user, assistant } = itemsOf(sessionID)
  await client.sync(id, secret, [
    session(),
    user("msg_1"),
    assistant("msg_2"),
    ...more.map((made) => made(sessionID)),
  ])
  return { id, secret, path: `/share/${id}/changes` }
}

const FILE = "/home/dev/demo/src/a.ts"
const twice = [
  (sessionID: string) => edit(sessionID, "prt_1", FILE, "one\ntwo\n", "one\n2\n"),
  (sessionID: string) => edit(sessionID, "prt_2", FILE, "one\n2\n", "one\nII\n"),
]

test("[R9] every changed file has one diff, from before its first change to after its last", async () => {
  const { id, path } = await newShare(...twice)
  const { status, headers, text } = await get(path)
  expect(status).toBe(200)
  expect(headers.get("cache-control")).toBe("no-store")
  expect(headers.get("content-security-policy")).toContain("default-src 'none'")
  expect(text).toContain(`href="/share/${id}#prt_2">message 2</a>`)
  const said = text.replace(/<[^>]*>/g, "")
  expect(said).toContain("-two")
  expect(said).toContain("+II")
  expect(said).not.toContain("+2\n")
  // The conversation names the files, and leads here.
  const page = (await get(`/share/${id}`)).text
  const link = /href="(\/share\/[^"]*\/changes)#(file-[^"]*)"/.exec(page)
  expect(link?.[1]).toBe(path)
  expect(text).toContain(`id="${link?.[2]}"`)
})

test("[R9] one file is shown whole; of one that was not changed there is no page", async () => {
  const { path } = await newShare(...twice, (sessionID) =>
    edit(sessionID, "prt_3", "/tmp/<b>&?.ts", "", "x\n"),
  )
  const one = await get(`${path}?file=${encodeURIComponent("src/a.ts")}`)
  expect(one.status).toBe(200)
  expect(one.text.match(/class="section diffed"/g)).toHaveLength(1)
  expect((await get(`${path}?file=${encodeURIComponent("/tmp/<b>&?.ts")}`)).status).toBe(200)
  for (const file of ["src/b.ts", "", "__proto__", "../src/a.ts"]) {
    expect((await get(`${path}?file=${encodeURIComponent(file)}`)).status).toBe(404)
  }
})

test("[R9] a session that changed nothing says so", async () => {
  const { path } = await newShare()
  const { status, text } = await get(path)
  expect(status).toBe(200)
  expect(text).toContain("Nothing was changed")
})

test("[R9] it is gone with its share, and an unknown share has none", async () => {
  const { id, secret, path } = await newShare(...twice)
  await client.remove(id, secret)
  for (const address of [path, `${path}?file=src/a.ts`]) {
    const answer = await get(address)
    expect(answer.status).toBe(410)
    expect(answer.text).not.toContain("a.ts")
  }
  expect((await get("/share/unknown0000000/changes")).status).toBe(404)
})

test("[R9] of an encrypted share it is refused, as is all that a server would have to read", async () => {
  const share = await createEncryptedShare(world.url, `ses_${++count}`)
  await share.sync([itemsOf(share.sessionID).session()])
  expect((await get(`/share/${share.id}/changes`)).status).toBe(422)
  expect((await get(`/share/${share.id}/session/ses_x`)).status).toBe(422)
})
