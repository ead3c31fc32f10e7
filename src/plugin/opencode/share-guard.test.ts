import { expect, test } from "vitest"
import { installShareGuard } from "./share-guard.ts"

const BRIDGE = "http://127.0.0.1:4000/token"
const AGENT = { "content-type": "application/json" }

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
    knows: async (id: string) => shares.includes(id),
    onRefusal: (origin: string) => void refused.push(origin),
  }
  const dismiss = installShareGuard(scope).admit(bridge)
  const call = (method: string, url: string, headers: Record<string, string> = AGENT) =>
    scope.fetch(url, { method, headers, body: '{"secret":"s"}' })
  return { scope, sent, refused, call, dismiss }
}

test("share calls to the bridge pass, those to any other server do not leave", async () => {
  const { sent, refused, call } = setUp()
  await call("POST", `${BRIDGE}/api/share`)
  for (const path of [
    "/api/share",
    "/api/share/abcdefgh/sync",
    "/api/shares",
    "/base/api/shares/abcdefgh/sync",
  ]) {
    expect((await call("POST", `https://console.example.com${path}`)).status).toBe(403)
  }
  expect((await call("DELETE", "https://console.example.com/api/shares/abcdefgh")).status).toBe(403)
  expect(sent.map(({ url }) => url)).toEqual([`${BRIDGE}/api/share`])
  expect(new Set(refused)).toEqual(new Set(["https://console.example.com"]))
})

test("a removal of a share that was made here goes to its bridge, wherever OpenCode sends it", async () => {
  const { sent, refused, call } = setUp(["abcdefgh"])
  expect((await call("DELETE", "https://console.example.com/api/shares/abcdefgh")).status).toBe(200)
  expect(sent).toEqual([{ url: `${BRIDGE}/api/share/abcdefgh`, method: "DELETE", body: '{"secret":"s"}' }])
  expect(refused).toEqual([])
  expect((await call("POST", "https://console.example.com/api/shares/abcdefgh/sync")).status).toBe(403)
})

test("what is no share call of OpenCode's passes, a Request too", async () => {
  const { scope, sent, call } = setUp()
  await call("GET", "https://other.example.com/api/share/abcdefgh/data")
  await call("POST", "https://other.example.com/api/sharepoint")
  await call("POST", "https://other.example.com/api/share", { "user-agent": "better-share-plugin/1" })
  await scope.fetch("https://other.example.com/api/share", { method: "POST", body: '{"title":"My photos"}' })
  expect(sent).toHaveLength(4)
  const request = new Request("https://other.example.com/api/shares", {
    method: "POST",
    headers: AGENT,
    body: "x",
  })
  expect((await scope.fetch(request)).status).toBe(403)
})

test("it is installed once, however many projects a process serves, and stays when one of them ends", async () => {
  const { scope, refused, call, dismiss } = setUp()
  const guarded = scope.fetch
  installShareGuard(scope).admit({
    url: "http://127.0.0.1:5000/other",
    knows: async () => false,
    onRefusal() {},
  })
  expect(scope.fetch).toBe(guarded)
  expect((await call("POST", "http://127.0.0.1:5000/other/api/share")).status).toBe(200)
  dismiss()
  expect((await call("POST", `${BRIDGE}/api/share`)).status).toBe(403)
  expect(refused).toEqual([])
})
