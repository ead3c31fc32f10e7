import { once } from "node:events"
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { type IncomingMessage, request } from "node:http"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { Hono } from "hono"
import { expect, onTestFinished, test } from "vitest"
import type { ApiEnv } from "../../src/api/context.ts"
import { createUploadRoutes } from "../../src/api/uploads.ts"
import { listen } from "../../src/host/listen.ts"
import { ShareError } from "../../src/protocol/errors.ts"
import { type FileStore, openFileStore } from "../../src/storage/blobs/file.ts"
import { blobStoreContract } from "./blob-store.ts"
import { chunks, failing, text } from "./blobs.ts"

/** A file store with its door on the network, as the server has it. */
async function serveFileStore() {
  const root = await mkdtemp(join(tmpdir(), "better-share-blobs-"))
  let opened: { store: FileStore; baseUrl: string } | undefined
  const listening = await listen({
    host: "127.0.0.1",
    port: 0,
    async createApp(baseUrl) {
      const store = await openFileStore({ root, baseUrl })
      opened = { store, baseUrl }
      const app = new Hono<ApiEnv>()
      app.route("/", createUploadRoutes({ door: store.uploads, maxBytes: 64 * 1024 * 1024 }))
      app.onError((error, c) => {
        if (!(error instanceof ShareError)) throw error
        return c.json(error.toBody(), error.status)
      })
      return app
    },
  })
  if (!opened) throw new Error("the app was not made")
  const { store, baseUrl } = opened
  return {
    root,
    store,
    at: (now: () => number) => openFileStore({ root, baseUrl, now }),
    leftovers: () => readdir(join(root, "partial")),
    async close() {
      await listening.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

async function temporaryRoot(): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "better-share-blobs-"))
  onTestFinished(() => rm(root, { recursive: true, force: true }))
  return root
}

const baseUrl = "http://127.0.0.1:1"

blobStoreContract("files", serveFileStore)

test("the file store leaves no partial file and no empty folder behind", async () => {
  const root = await temporaryRoot()
  const store = await openFileStore({ root, baseUrl })
  await expect(store.put("shares/x/1", failing(10, "cut"))).rejects.toThrow("cut")
  await store.put("shares/x/2", chunks())
  await store.delete("shares/x/2")
  expect(await readdir(join(root, "partial"))).toEqual([])
  expect(await readdir(join(root, "objects"))).toEqual([])
})

test("the file store clears away what a crash left half-written", async () => {
  const root = await temporaryRoot()
  await openFileStore({ root, baseUrl })
  await writeFile(join(root, "partial", "half"), "x")
  await openFileStore({ root, baseUrl })
  expect(await readdir(join(root, "partial"))).toEqual([])
})

test("the key that signs tickets is made once, for its owner only, and not accepted when it is damaged", async () => {
  const root = await temporaryRoot()
  const stores = await Promise.all([1, 2, 3].map(() => openFileStore({ root, baseUrl })))
  const request = { key: "a/b", contentType: "text/plain", expiresAt: Date.now() + 60_000 }
  const urls = await Promise.all(stores.map(async (store) => (await store.ticket(request)).url))
  expect(new Set(urls).size).toBe(1)
  expect((await stat(join(root, "upload.key"))).mode & 0o777).toBe(0o600)
  expect((await readdir(root)).sort()).toEqual(["partial", "upload.key"])

  const other = await openFileStore({ root: await temporaryRoot(), baseUrl })
  expect((await other.ticket(request)).url).not.toBe(urls[0])

  const key = await readFile(join(root, "upload.key"), "utf8")
  await writeFile(join(root, "upload.key"), key.slice(0, 10))
  await expect(openFileStore({ root, baseUrl })).rejects.toThrow(/upload\.key holds no upload key/)
})

test("the door says what is wrong with an upload in the words of the API", async () => {
  const { store, close } = await serveFileStore()
  onTestFinished(close)
  const body = "abc"
  const sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
  const contentType = "text/plain"
  const ticket = await store.ticket({
    key: "shares/a/1",
    contentType,
    expiresAt: Date.now() + 60_000,
    exact: { bytes: 3, sha256 },
  })
  const send = async (sent: BodyInit, { url = ticket.url, type = contentType } = {}) => {
    // A stream has no length to declare, so it is sent in chunks; that takes `duplex`.
    const init = { method: "PUT", headers: { "content-type": type }, body: sent, duplex: "half" }
    const response = await fetch(url, init)
    const { error } = (await response.json().catch(() => ({}))) as { error?: { code: string } }
    return [response.status, error?.code]
  }
  expect(await send("abcd")).toEqual([413, "too_large"])
  expect(await send("ab")).toEqual([400, "invalid_request"])
  expect(await send("xyz")).toEqual([400, "invalid_request"])
  expect(await send(new Blob([body]).stream())).toEqual([400, "invalid_request"])
  expect(await send(body, { type: "text/html" })).toEqual([415, "unsupported_media_type"])
  expect(await send(body, { url: ticket.url.replace("expires=1", "expires=2") })).toEqual([403, "forbidden"])
  expect(await send(body, { url: `${ticket.url}x` })).toEqual([403, "forbidden"])
  expect(await send(body)).toEqual([200, undefined])
  expect(await send(body)).toEqual([409, "conflict"])
  expect(await text(store, "shares/a/1")).toBe(body)

  const plain = await store.ticket({ key: "shares/a/2", contentType, expiresAt: Date.now() + 60_000 })
  expect(await send("x".repeat(65 * 1024 * 1024), { url: plain.url })).toEqual([413, "too_large"])
  expect(await store.head("shares/a/2")).toBeUndefined()
})

test("the door lets a client finish that sends all before it listens, also when it needs nothing of it", async () => {
  const { store, close } = await serveFileStore()
  onTestFinished(close)
  const { url } = await store.ticket({ key: "a/1", contentType: "a/b", expiresAt: Date.now() + 60_000 })
  const sent = request(`${url}x`, { method: "PUT", headers: { "content-type": "a/b" } })
  const answered = once(sent, "response")
  // More than the buffers between the two take.
  sent.end(Buffer.alloc(64 * 1024 * 1024))
  await once(sent, "finish")
  const [answer]: IncomingMessage[] = await answered
  expect(answer?.statusCode).toBe(403)
  answer?.resume()
  await once(sent, "close")
})
