import { request } from "node:http"
import { createNativeClient } from "../test/native-client.ts"
import { createServerProcess } from "../test/server-process.ts"
import { conversation } from "./conversation.ts"
import { report } from "./report.ts"

// What the server's process takes, at its peak, to take in a very large share and to show it.

const CONTENT_BYTES = 100_000_000
const READERS = 4

const server = await createServerProcess()
await server.start()
const client = createNativeClient(server.url)
const { id, secret } = (await client.create("ses_1")).body
const figures: Record<string, string> = { "at the start": peak() }

const taken = await send("POST", `/api/share/${id}/sync`, body())
figures[`after one sync of ${megabytes(CONTENT_BYTES)}`] = `${peak()}, ${taken.seconds}`
const page = await send("GET", `/share/${id}`)
figures[`after its page of ${megabytes(page.bytes)}`] = `${peak()}, ${page.seconds}`
const data = await send("GET", `/api/share/${id}/data`)
figures[`after its data of ${megabytes(data.bytes)}`] = `${peak()}, ${data.seconds}`
await send("POST", `/api/share/${id}/sync`, [
  JSON.stringify({ secret, data: [...conversation("ses_1", 10_000)] }),
])
await send("GET", `/share/${id}`)
figures["after one more sync and the page"] = peak()
await Promise.all(Array.from({ length: READERS }, () => send("GET", `/share/${id}`)))
figures[`after ${READERS} readers of the page at once`] = peak()

report("Taking in and showing a share of 100 MB, largest resident memory so far", figures)
await server.dispose()

function* body(): Iterable<string> {
  yield `{"secret":${JSON.stringify(secret)},"data":[`
  let first = true
  for (const item of conversation("ses_1", CONTENT_BYTES)) {
    yield `${first ? "" : ","}${JSON.stringify(item)}`
    first = false
  }
  yield "]}"
}

/** Sends as fast as it is taken, and throws away what is answered. Throws unless that is a 200. */
function send(
  method: string,
  path: string,
  pieces: Iterable<string> = [],
): Promise<{ bytes: number; seconds: string }> {
  const started = performance.now()
  return new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json" }
    const sending = request(new URL(path, server.url), { method, headers }, async (response) => {
      let bytes = 0
      for await (const chunk of response) bytes += (chunk as Buffer).length
      if (response.statusCode !== 200) return reject(new Error(`${path} answered ${response.statusCode}`))
      resolve({ bytes, seconds: `${((performance.now() - started) / 1000).toFixed(1)} s` })
    })
    sending.on("error", reject)
    const iterator = pieces[Symbol.iterator]()
    const push = (): void => {
      for (let next = iterator.next(); !next.done; next = iterator.next()) {
        if (!sending.write(next.value)) return void sending.once("drain", push)
      }
      sending.end()
    }
    push()
  })
}

function peak(): string {
  return `${Math.round(server.peakMemory() / 2 ** 20)} MiB`
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1_000_000)} MB`
}
