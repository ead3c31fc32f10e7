import { randomBytes } from "node:crypto"
import { request } from "node:http"
import { afterEach, beforeEach, expect, test } from "vitest"
import { createNativeClient } from "../native-client.ts"
import { createServerProcess, type ServerProcess } from "../server-process.ts"

const MiB = 1024 * 1024
let server: ServerProcess

beforeEach(async () => {
  server = await createServerProcess()
  await server.start()
})
afterEach(() => server.dispose())

/** The same with pictures, as data URLs of some megabytes each. */
function* pictureBody(secret: string, bytes: number, size: number): Iterable<string> {
  yield `{"secret":${JSON.stringify(secret)},"data":[`
  for (let sent = 0, count = 0; sent < bytes; sent += size, count++) {
    const base64 = randomBytes((size * 3) / 4).toString("base64")
    const data = {
      id: `prt_${count}`,
      messageID: "msg_1",
      sessionID: "ses_1",
      type: "file",
      url: `data:image/png;base64,${base64}`,
    }
    yield `${count === 0 ? "" : ","}${JSON.stringify({ type: "part", data })}`
  }
  yield "]}"
}

/** A first sync as a long session would send it: `bytes` of parts, in conversation-like text. */
function* largeBody(secret: string, bytes: number): Iterable<string> {
  yield `{"secret":${JSON.stringify(secret)},"data":[`
  const words = 'the agent reads "src/index.ts"\n\tconst limit = 10 // é🙂 \\ '.repeat(70)
  for (let sent = 0, count = 0; sent < bytes; count++) {
    const text = `${count} ${words.slice(0, 400 + ((count * 7919) % 3500))}`
    const data = {
      id: `prt_${count}`,
      messageID: `msg_${count >> 3}`,
      sessionID: "ses_1",
      type: "text",
      text,
    }
    const item = `${count === 0 ? "" : ","}${JSON.stringify({ type: "part", data })}`
    sent += item.length
    yield item
  }
  yield "]}"
}

async function send(path: string, body: Iterable<string>): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(server.url)
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" }
    const sent = request({ hostname, port, path, method: "POST", headers }, (response) => {
      let text = ""
      response.on("data", (chunk) => {
        text += chunk
      })
      response.on("end", () => resolve({ status: response.statusCode ?? 0, text }))
    })
    sent.on("error", reject)
    const pieces = body[Symbol.iterator]()
    const push = (): void => {
      for (let next = pieces.next(); !next.done; next = pieces.next()) {
        if (!sent.write(next.value)) return void sent.once("drain", push)
      }
      sent.end()
    }
    push()
  })
}

test("[S2] a first sync of 100 MB is taken in with at most 64 MB of memory", async () => {
  const client = createNativeClient(server.url)
  const { id, secret } = (await client.create("ses_1")).body
  const before = server.peakMemory()
  expect(await send(`/api/share/${id}/sync`, largeBody(secret, 100_000_000))).toEqual({
    status: 200,
    text: "{}",
  })
  expect((server.peakMemory() - before) / MiB).toBeLessThan(64)
  const { body } = await client.data(id)
  expect(body.length).toBe([...largeBody(secret, 100_000_000)].length - 2)
}, 120_000)

test("[S2] pictures of 4 MB each take more, as the engine keeps large strings longer, but not without bound", async () => {
  const client = createNativeClient(server.url)
  const { id, secret } = (await client.create("ses_1")).body
  const before = server.peakMemory()
  expect(await send(`/api/share/${id}/sync`, pictureBody(secret, 100_000_000, 4_000_000))).toEqual({
    status: 200,
    text: "{}",
  })
  expect((server.peakMemory() - before) / MiB).toBeLessThan(224)
}, 120_000)

test("[S2] 100 MB with a wrong secret are refused before any of it is kept", async () => {
  const client = createNativeClient(server.url)
  const { id } = (await client.create("ses_1")).body
  const before = server.peakMemory()
  const answer = await send(`/api/share/${id}/sync`, largeBody("wrong", 100_000_000))
  expect(answer.status).toBe(404)
  expect((server.peakMemory() - before) / MiB).toBeLessThan(64)
  expect((await client.data(id)).body).toEqual([])
}, 120_000)
