import { request } from "node:http"
import { afterEach, expect, test } from "vitest"
import { ShareError } from "../../protocol/errors.ts"
import type { Item } from "../../protocol/item.ts"
import { type Bridge, type BridgeCalls, openBridge } from "./bridge.ts"

let bridge: Bridge | undefined
afterEach(() => bridge?.close())

const REFUSING: BridgeCalls = {
  create: async () => {
    throw new Error("must not be asked")
  },
  sync: async () => {
    throw new Error("must not be asked")
  },
  remove: async () => {
    throw new Error("must not be asked")
  },
}

interface Sent {
  method?: string
  headers?: Record<string, string>
  body?: string
}

function send(url: string, { method = "POST", headers = {}, body = '{"sessionID":"ses_1"}' }: Sent = {}) {
  return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const sent = request(
      url,
      {
        method,
        headers: {
          "content-type": "application/json",
          "content-length": Buffer.byteLength(body),
          ...headers,
        },
      },
      (answer) => {
        let text = ""
        answer.on("data", (chunk) => (text += chunk))
        answer.on("end", () => resolve({ status: answer.statusCode, text }))
      },
    )
    sent.on("error", reject)
    sent.end(body)
  })
}

test("it answers the four calls at its path, and its address is loopback with a long random path", async () => {
  const seen: unknown[] = []
  bridge = await openBridge({
    create: async (sessionID) => ({
      id: "abcdefgh",
      url: "https://share.example.com/share/abcdefgh",
      secret: sessionID,
    }),
    async sync(shareID, { secret, items }) {
      const all: Item[] = []
      for await (const batch of items) all.push(...batch)
      seen.push([shareID, secret, all])
    },
    remove: async (shareID, secret) => void seen.push([shareID, secret]),
  })
  expect(bridge.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/[A-Za-z0-9_-]{32}$/)
  const created = await send(`${bridge.url}/api/share`)
  expect(JSON.parse(created.text)).toEqual({
    id: "abcdefgh",
    url: "https://share.example.com/share/abcdefgh",
    secret: "ses_1",
  })
  const item = { type: "session", data: { id: "ses_1" } }
  const body = JSON.stringify({ secret: "s", data: [item] })
  expect((await send(`${bridge.url}/api/share/abcdefgh/sync`, { body })).status).toBe(200)
  const removed = await send(`${bridge.url}/api/share/abcdefgh`, { method: "DELETE", body: '{"secret":"s"}' })
  expect(removed).toEqual({ status: 200, text: "{}" })
  expect(seen).toEqual([
    ["abcdefgh", "s", [item]],
    ["abcdefgh", "s"],
  ])
})

test("every other caller is refused alike, and nothing is done", async () => {
  bridge = await openBridge(REFUSING)
  const { origin, pathname, port } = new URL(bridge.url)
  const good = `${bridge.url}/api/share`
  const attempts: [string, Sent][] = [
    [`${origin}/api/share`, {}],
    [`${origin}${pathname.slice(0, -1)}x/api/share`, {}],
    [`${origin}${pathname}x/api/share`, {}],
    [good, { headers: { origin: "https://evil.example.com" } }],
    [good, { headers: { "sec-fetch-site": "cross-site" } }],
    [good, { headers: { host: `evil.example.com:${port}` } }],
    [good, { headers: { host: `localhost:${port}` } }],
    [good, { method: "OPTIONS" }],
    [`${bridge.url}/other`, {}],
    [`${bridge.url}/api/sharex`, {}],
  ]
  for (const [url, sent] of attempts) {
    expect(await send(url, sent), `${url} ${JSON.stringify(sent)}`).toEqual({
      status: 404,
      text: '{"error":{"code":"not_found","message":"There is nothing here."}}',
    })
  }
})

test("a refusal keeps its words, a failure says nothing of itself", async () => {
  bridge = await openBridge({
    ...REFUSING,
    remove: async () => {
      throw new ShareError("unavailable", "The link still works.")
    },
  })
  const removed = await send(`${bridge.url}/api/share/abcdefgh`, { method: "DELETE", body: '{"secret":"s"}' })
  expect(removed).toEqual({
    status: 503,
    text: '{"error":{"code":"unavailable","message":"The link still works."}}',
  })
  const created = await send(`${bridge.url}/api/share`)
  expect(created.status).toBe(500)
  expect(created.text).not.toContain("must not be asked")
  expect((await send(`${bridge.url}/api/share`, { body: "x".repeat(100_000) })).status).toBe(413)
  expect((await send(`${bridge.url}/api/share`, { body: "{" })).status).toBe(400)
  expect((await send(`${bridge.url}/api/share`, { body: '{"sessionID":1}' })).status).toBe(400)
})
