import { expect, test } from "vitest"
import { installShareGuard } from "./share-guard.ts"

const BRIDGE = "http://127.0.0.1:4000/token"
const HEADERS = { "content-type": "application/json" }
const BODY = '{"secret":"s","data":[{"type":"session","data":{"id":"ses_Ours"}}]}'

function setUp(shares: string[] = []) {
  const sent: { url: string; method: string; body: unknown }[] = []
  const refused: string[] = []
  const scope = {
    fetch: (async (input: string, init?: RequestInit) => {
      sent.push({ url: String(input), method: init?.method ?? "GET", body: init?.body })
      return new Response("{}")
    }) as typeof fetch,
  }
  const bridge = {
    url: BRIDGE,
    project: "/ours",
    knows: async (id: string) => shares.includes(id),
    owns: async (id: string) => id === "ses_Ours",
    onRefusal: (origin: string) => void refused.push(origin),
  }
  installShareGuard(scope).admit(bridge)
  const call = async (method: string, url: string, body: string | Uint8Array<ArrayBuffer> = BODY) =>
    (await scope.fetch(url, { method, headers: HEADERS, body })).status
  return { scope, sent, refused, call, bridge }
}

test("share calls to the bridge pass, those about our sessions to any other server do not leave", async () => {
  const { sent, refused, call } = setUp()
  await call("POST", `${BRIDGE}/api/share`)
  for (const path of ["/api/share", "/api/share/abcdefgh/sync", "/api/shares", "/base/api/shares/ab/sync"]) {
    expect(await call("POST", `https://console.example.com${path}`)).toBe(403)
    expect(await call("POST", `https://console.example.com${path}`, new TextEncoder().encode(BODY))).toBe(403)
  }
  expect(sent.map(({ url }) => url)).toEqual([`${BRIDGE}/api/share`])
  expect(new Set(refused)).toEqual(new Set(["https://console.example.com"]))
})

test("a removal of a share that was made here goes to its bridge, wherever OpenCode sends it", async () => {
  const { sent, refused, call } = setUp(["abcdefgh"])
  const body = '{"secret":"s"}'
  expect(await call("DELETE", "https://console.example.com/api/shares/abcdefgh", body)).toBe(200)
  expect(sent).toEqual([{ url: `${BRIDGE}/api/share/abcdefgh`, method: "DELETE", body }])
  expect(refused).toEqual([])
  expect(await call("POST", "https://console.example.com/api/shares/abcdefgh/sync", body)).toBe(403)
})

test("what is no share call of OpenCode's passes", async () => {
  const { scope, sent, call } = setUp()
  await scope.fetch("https://other.example.com/api/share/abcdefgh/data")
  await call("POST", "https://other.example.com/api/sharepoint")
  await call("POST", "https://other.example.com/api/share", '{"title":"My photos of ses_Ours"}')
  await scope.fetch("https://other.example.com/api/share", {
    method: "POST",
    headers: { "user-agent": "better-share-plugin/1" },
    body: BODY,
  })
  expect(sent).toHaveLength(4)
})

test("a project without the plugin, in the same process, shares as it likes", async () => {
  const { sent, refused, call } = setUp(["abcdefgh"])
  expect(await call("POST", "https://hosted.example.com/api/share", '{"sessionID":"ses_Theirs"}')).toBe(200)
  const sync = '{"secret":"s","data":[]}'
  expect(await call("POST", "https://hosted.example.com/api/share/theirs12/sync", sync)).toBe(200)
  expect(await call("POST", "https://hosted.example.com/api/share", '{"sessionID":"ses_Ours"}')).toBe(403)
  expect(await call("POST", "https://hosted.example.com/api/share/abcdefgh/sync", sync)).toBe(403)
  expect([sent.length, refused.length]).toEqual([2, 2])
})

test("it is installed once, however many projects a process serves, and has one bridge for each", async () => {
  const { scope, call, bridge } = setUp()
  const guarded = scope.fetch
  installShareGuard(scope).admit({
    url: "http://127.0.0.1:5000/other",
    project: "/other",
    knows: async () => false,
    owns: async () => false,
    onRefusal() {},
  })
  expect(scope.fetch).toBe(guarded)
  expect(await call("POST", "http://127.0.0.1:5000/other/api/share")).toBe(200)
  expect(await call("POST", "https://console.example.com/api/share")).toBe(403)
  // One that takes another's place is the project's from then on.
  const next = "http://127.0.0.1:6000/next"
  installShareGuard(scope).admit({ ...bridge, url: next })
  expect(await call("POST", `${next}/api/share`)).toBe(200)
  expect(await call("POST", `${BRIDGE}/api/share`)).toBe(403)
})
