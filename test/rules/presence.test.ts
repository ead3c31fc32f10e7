import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest"
import { createDirectClient } from "../direct-client.ts"
import { readEvents } from "../event-source.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let client: ReturnType<typeof createDirectClient>
let count = 0
beforeAll(async () => {
  world = await createWorld()
  client = createDirectClient(world.url)
})
afterAll(() => world.close())

async function newShare() {
  const { body } = await client.reserve({ sessionId: `ses_${++count}`, tickets: [] })
  const { shareId: id, secret } = body
  return {
    id,
    secret,
    reserved: body,
    async watch() {
      const reader = await readEvents(`${world.url}/api/share/${id}/events`)
      onTestFinished(() => reader.close())
      return reader
    },
    async viewers() {
      const { body } = await client.call<{ viewers: number }>("GET", `/api/share/${id}/metadata`)
      return body.viewers
    },
  }
}

test("[V1] metadata, the answer to a commit and that to passing text say who watches", async () => {
  const share = await newShare()
  expect(share.reserved.viewers).toBe(0)
  const readers = [await share.watch(), await share.watch()]
  expect(await share.viewers()).toBe(2)
  expect((await client.presign(share.id, share.secret, { tickets: [] })).body.viewers).toBe(2)
  expect((await client.pass(share.id, share.secret, {})).body).toEqual({ viewers: 2 })
  readers[0]?.close()
  await waitFor("one to be left", async () => (await share.viewers()) === 1)
  readers[1]?.close()
  await waitFor("nobody to be left", async () => (await share.viewers()) === 0)
})

test("[V1] who watches one share does not watch another", async () => {
  const [watched, other] = [await newShare(), await newShare()]
  await watched.watch()
  expect([await watched.viewers(), await other.viewers()]).toEqual([1, 0])
})

test("[V1] nobody watches what is gone, and a share under its id begins with nobody", async () => {
  const share = async () =>
    (await client.reserve({ shareId: "watched-twice", sessionId: "ses_w", tickets: [] })).body
  const first = await share()
  const reader = await readEvents(`${world.url}/api/share/watched-twice/events`)
  onTestFinished(() => reader.close())
  await client.remove("watched-twice", first.secret)
  await waitFor("the stream's end", reader.hasEnded)
  expect((await share()).viewers).toBe(0)
})

test("[V1] a server that starts again counts anew", async () => {
  const share = await newShare()
  const reader = await share.watch()
  expect(await share.viewers()).toBe(1)
  await world.restart()
  await waitFor("the stream's end", reader.hasEnded)
  expect(await share.viewers()).toBe(0)
  await share.watch()
  expect(await share.viewers()).toBe(1)
})
