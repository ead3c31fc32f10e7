import { writeFile } from "node:fs/promises"
import { afterEach, expect, test } from "vitest"
import { createLog } from "../../src/host/log.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World, type WorldOptions } from "../world.ts"

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
const SPAN = "00f067aa0ba902b7"
const TRACEPARENT = `00-${TRACE}-${SPAN}-01`

type Line = Record<string, unknown>

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

async function start(options: WorldOptions & { level?: "debug" | "info" } = {}) {
  const { level = "debug", ...rest } = options
  let text = ""
  const log = createLog(level, {
    write(line) {
      text += line
    },
  })
  world = await createWorld({ log, ...rest })
  const lines = (): Line[] =>
    text
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line))
  return {
    world,
    url: world.url,
    all: () => text,
    lines,
    /** The line of a request, which is written once its answer is sent. */
    async lineOf(response: Response): Promise<Line> {
      await response.arrayBuffer()
      const id = response.headers.get("x-request-id")
      const find = () => lines().find((line) => line.msg === "request" && line.request === id)
      await waitFor("the line of the request", async () => find() !== undefined)
      return find() as Line
    },
  }
}

test("[OB5] a request's line says its id, its trace, what was asked and what came of it", async () => {
  const { url, lineOf } = await start()
  const response = await fetch(`${url}/api/share/no-such-share`, { headers: { traceparent: TRACEPARENT } })
  const line = await lineOf(response)
  expect(line).toMatchObject({
    level: 20,
    request: response.headers.get("x-request-id"),
    trace: TRACE,
    span: SPAN,
    method: "GET",
    route: "/api/share/:id",
    path: "/api/share/no-such-share",
    status: 404,
  })
  expect(line.ms).toBeGreaterThanOrEqual(0)
  expect(line.bytes).toBeGreaterThan(100)
})

test("[OB5] the bytes are those that were sent, to the end of a stream", async () => {
  const { url, lineOf } = await start()
  const client = createNativeClient(url)
  const { id, secret } = (await client.create("ses_1")).body
  const { session, user, text } = itemsOf("ses_1")
  await client.sync(id, secret, [session(), user("msg_1"), text("msg_1", "prt_1", "said ".repeat(20_000))])
  const line = await lineOf(
    await fetch(`${url}/api/share/${id}/data`, { headers: { "accept-encoding": "identity" } }),
  )
  expect(line.bytes).toBeGreaterThan(100_000)
  expect(line.bytes).toBeLessThan(105_000)
})

test("[OB5] what is no trace context is no part of a line", async () => {
  const { url, lineOf } = await start()
  for (const traceparent of ["00-nothing", `ff-${TRACE}-${SPAN}-01`, "x".repeat(5_000)]) {
    const line = await lineOf(await fetch(`${url}/robots.txt`, { headers: { traceparent } }))
    expect(line).not.toHaveProperty("trace")
    expect(line).not.toHaveProperty("span")
  }
})

test("[OB5] routes are patterns, also of what is refused, and of what is nowhere", async () => {
  const { url, lineOf } = await start({ lock: undefined })
  const routeOf = async (method: string, path: string) =>
    (await lineOf(await fetch(`${url}${path}`, { method, redirect: "manual" }))).route
  expect(await routeOf("GET", "/share/no-such-share")).toBe("/share/:id")
  expect(await routeOf("HEAD", "/share/no-such-share")).toBe("/share/:id")
  expect(await routeOf("DELETE", "/api/share/no-such-share")).toBe("/api/share/:id")
  expect(await routeOf("PUT", "/api/share/no-such-share")).toBe("/api/share/:id")
  expect(await routeOf("GET", "/nothing/at/all")).toBe("none")
  expect(await routeOf("GET", "/api/share/a/b/c/d")).toBe("none")
})

test("[OB5] an id comes from a trusted proxy, and is answered; anybody else's is not taken", async () => {
  const { url, lineOf } = await start({ trustedProxies: ["127.0.0.1"] })
  const named = await fetch(`${url}/robots.txt`, { headers: { "x-request-id": "named-by-the-proxy" } })
  expect(named.headers.get("x-request-id")).toBe("named-by-the-proxy")
  expect((await lineOf(named)).request).toBe("named-by-the-proxy")
  const unfit = await fetch(`${url}/robots.txt`, { headers: { "x-request-id": "no id of this kind" } })
  expect(unfit.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/)

  await world?.close()
  const { url: other } = await start()
  const untrusted = await fetch(`${other}/robots.txt`, { headers: { "x-request-id": "named-by-somebody" } })
  expect(untrusted.headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/)
})

test("[OB5] at info a request is logged that failed here, and no other", async () => {
  const { url, lineOf, lines, world } = await start({ level: "info", abuseUrl: undefined })
  const client = createNativeClient(url)
  await (await fetch(`${url}/api/share/no-such-share`)).text()
  const { id, secret } = (await client.create("ses_1")).body
  const { session, user } = itemsOf("ses_1")
  await client.sync(id, secret, [session(), user("msg_1")])
  // What the share's segment holds is gone from under the server.
  for (const file of await world.storedFiles()) await writeFile(file, "not what was stored")
  await world.restart()
  const failed = await fetch(`${url}/api/share/${id}/data`, { headers: { traceparent: TRACEPARENT } })
  expect(failed.status).toBe(500)
  const line = await lineOf(failed)
  expect(line).toMatchObject({
    level: 30,
    status: 500,
    route: "/api/share/:id/data",
    trace: TRACE,
    span: SPAN,
  })
  const reason = lines().find(({ msg }) => msg === "request failed")
  expect(reason).toMatchObject({ level: 50, request: line.request, trace: TRACE, span: SPAN })
  expect(lines().filter(({ msg }) => msg === "request")).toHaveLength(1)
})

test("[OB5] neither a path token nor a capability nor a secret stands in a line", async () => {
  const token = "a-token-of-the-team"
  const { url, all, lineOf } = await start({ createTokens: [token] })
  const client = createNativeClient(`${url}/t/${token}`)
  const { id, secret } = (await client.create("ses_1")).body
  const { session, user } = itemsOf("ses_1")
  await client.sync(id, secret, [session(), user("msg_1")])
  await client.call("PATCH", `/api/share/${id}`, { secret, visibility: "private" })
  const capability = `${"c".repeat(22)}`
  for (const path of [
    `/t/${token}/api/share/${id}`,
    `/%74/${token}/api/share/${id}`,
    `/api/share/${id}_${capability}/data`,
    `/share/${id}_${capability}`,
  ])
    await lineOf(await fetch(`${url}${path}`, { headers: { "x-share-secret": secret }, redirect: "manual" }))
  for (const hidden of [token, secret, capability]) expect(all()).not.toContain(hidden)
  expect(all()).toContain("/t/***")
})

test("[OB5] what a node does by itself has its job's name in the log", async () => {
  const { url, lines, world } = await start()
  const client = createNativeClient(url)
  const { id, secret } = (await client.create("ses_1")).body
  const { session, user } = itemsOf("ses_1")
  await client.sync(id, secret, [session()])
  for (let at = 1; at < 17; at++) await client.sync(id, secret, [user(`msg_${at}`)])
  await waitFor("the merge", async () => lines().some(({ msg }) => msg === "merged"))
  expect(lines().find(({ msg }) => msg === "merged")?.job).toBe("compaction")
  await client.remove(id, secret)
  await world.upkeep()
  expect(lines().find(({ msg }) => msg === "deleted")?.job).toBe("deletion")
})
