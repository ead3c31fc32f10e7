import { readFile } from "node:fs/promises"
import { request } from "node:http"
import { afterEach, expect, test } from "vitest"
import { BY_ITSELF } from "../../src/protocol/audit.ts"
import { claimOf, createDirectClient, pack, put, wishOf } from "../direct-client.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { readMetrics } from "../metrics-text.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World, type WorldOptions } from "../world.ts"

const TOKEN = "a-token-for-the-metrics"
const LOCK = { username: "team", password: "an open sesame" }

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

async function start(options: WorldOptions = {}): Promise<World> {
  world = await createWorld(options)
  return world
}

async function answerTo(url: string, path: string, headers: Record<string, string> = {}) {
  const answer = await fetch(`${url}${path}`, { headers })
  const told = [...answer.headers].filter(([name]) => name !== "x-request-id" && name !== "date")
  return { status: answer.status, told, text: await answer.text() }
}

/** With a Host of its own, which `fetch` does not let anybody say. */
function statusAs(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(`${url}/metrics`, { headers: { host } }, (answer) => {
      answer.resume()
      resolve(answer.statusCode)
    })
      .on("error", reject)
      .end()
  })
}

test("[OB3] without a token of their own the metrics are for this machine and for the operator", async () => {
  const { url, trust } = await start()
  expect((await answerTo(url, "/metrics")).status).toBe(200)
  const elsewhere = { "x-forwarded-for": "192.0.2.1" }
  const nothing = await answerTo(url, "/nothing", elsewhere)
  expect(nothing.status).toBe(404)
  expect(await answerTo(url, "/metrics", elsewhere)).toEqual(nothing)
  expect(await answerTo(url, "/metrics", { ...elsewhere, authorization: `Bearer ${TOKEN}` })).toEqual(nothing)
  expect(await statusAs(url, "evil.example")).toBe(404)
  const authorization = `Bearer ${await trust.admin.rotate(BY_ITSELF)}`
  expect((await answerTo(url, "/metrics", { ...elsewhere, authorization })).status).toBe(200)
})

test("[OB3] with a token of their own they take it from everybody, behind a lock too", async () => {
  const { url, trust } = await start({ metricsToken: TOKEN, lock: LOCK })
  const admin = await trust.admin.rotate(BY_ITSELF)
  const statusOf = async (authorization: string) =>
    (await answerTo(url, "/metrics", { authorization })).status
  const shut = await answerTo(url, "/nothing")
  expect(shut.status).toBe(401)
  expect(await answerTo(url, "/metrics")).toEqual(shut)
  expect(await statusOf(`Bearer ${TOKEN}x`)).toBe(401)
  expect(await statusOf(`Bearer ${TOKEN}`)).toBe(200)
  expect(await statusOf(`Bearer ${admin}`)).toBe(200)
  // Whoever may read what is shared here need not know how much goes on.
  expect(await statusOf(`Basic ${btoa(`${LOCK.username}:${LOCK.password}`)}`)).toBe(404)
})

test("[OB4] requests, commits, merges, deletions and what follows from them are counted", async () => {
  let now = 1_700_000_000_000
  const { url, upkeep } = await start({ now: () => now })
  const client = createNativeClient(url)
  const { id, secret } = (await client.create("ses_1")).body
  const { session, user } = itemsOf("ses_1")
  await client.sync(id, secret, [session()])
  await client.sync(id, secret, [session()])
  for (let at = 1; at < 17; at++) await client.sync(id, secret, [user(`msg_${at}`)])
  await client.call("GET", "/api/share/no-such-share")
  await client.call("PUT", "/api/share/no-such-share")
  await client.call("GET", "/nothing/at/all")
  await client.call("PROPFIND", "/nothing/at/all")
  await (await fetch(`${url}/share/${id}`)).text()
  const events = await readEvents(`${url}/api/share/${id}/events`)
  const merged = await waitFor("the merge", async () => {
    now += 15_000
    const seen = await readMetrics(url)
    return seen.value('merges_total{outcome="merged"}') === 1 && seen
  })

  const { value } = merged
  const requests = (method: string, route: string, status: string) =>
    value(`http_requests_total{method="${method}",route="${route}",status="${status}"}`)
  expect(requests("POST", "/api/share", "2xx")).toBe(1)
  expect(requests("POST", "/api/share/:id/sync", "2xx")).toBe(18)
  expect(requests("GET", "/api/share/:id", "4xx")).toBe(1)
  expect(requests("PUT", "/api/share/:id", "4xx")).toBe(1)
  expect(requests("GET", "none", "4xx")).toBe(1)
  expect(requests("other", "none", "4xx")).toBe(1)
  expect(value('http_request_seconds_count{route="/api/share/:id/sync"}')).toBe(18)
  expect(value('http_request_seconds_bucket{le="+Inf",route="/api/share/:id/sync"}')).toBe(18)
  expect(value('errors_total{code="not_found"}')).toBe(3)
  expect(value('errors_total{code="method_not_allowed"}')).toBe(1)
  expect(value('http_sent_bytes_total{route="/share/:id"}')).toBeGreaterThan(200)
  expect(value("streams")).toBe(1)
  // A sync that brings nothing new commits nothing.
  expect(value('commits_total{door="native"}')).toBe(17)
  expect(value('committed_segments_total{door="native"}')).toBe(17)
  expect(value('committed_items_total{door="native"}')).toBe(17)
  const [stored, content] = ["committed_bytes", "committed_content_bytes"].map((name) =>
    value(`${name}_total{door="native"}`),
  )
  expect(stored).toBeGreaterThan(17)
  expect(content).toBeGreaterThan(stored ?? 0)

  events.close()
  now += 15_000
  await waitFor("the stream to end", async () => (await readMetrics(url)).value("streams") === 0)
  const whole = await readMetrics(url)
  expect(whole.value('shares{state="active",door="native"}')).toBe(1)
  expect(whole.value("segments")).toBe(2)
  expect(whole.value("segments_most")).toBe(2)
  expect(whole.value('shares_by_segments{le="15"}')).toBe(1)
  expect(whole.value('stored_bytes{door="native"}')).toBeGreaterThan(17)
  expect(whole.value('superseded_objects{due="not yet"}')).toBe(16)
  expect(whole.value("ready")).toBe(1)

  now += 16 * 60_000
  expect((await readMetrics(url)).value('superseded_objects{due="yes"}')).toBe(16)
  await upkeep()
  await client.remove(id, secret)
  now += 15_000
  const after = await readMetrics(url)
  expect(after.value('deleted_objects_total{reason="superseded"}')).toBe(16)
  expect(after.value('deleted_objects_total{reason="revoked"}')).toBe(2)
  expect(after.value('shares{state="active",door="native"}')).toBe(0)
  expect(after.value('shares{state="revoked",door="native"}')).toBe(1)
  expect(after.value('superseded_objects{due="yes"}')).toBe(0)
  expect(after.value("segments")).toBe(0)
})

test("[OB4] commits of what was put straight into the store are counted by what is said of it", async () => {
  const { url } = await start()
  const client = createDirectClient(url)
  const packed = pack([itemsOf("ses_1").session(), itemsOf("ses_1").user("msg_1")])
  const { shareId, secret, tickets } = (
    await client.reserve({ sessionId: "ses_1", tickets: [wishOf(packed)] })
  ).body
  const [ticket] = tickets
  if (!ticket) throw new Error("no ticket")
  await put(ticket, packed.body)
  const claim = claimOf(ticket, packed)
  expect((await client.presign(shareId, secret, { commit: { segments: [claim] } })).status).toBe(200)
  const { value } = await readMetrics(url)
  const direct = (name: string) => value(`${name}_total{door="direct"}`)
  expect(direct("commits")).toBe(1)
  expect(direct("committed_segments")).toBe(1)
  expect(direct("committed_items")).toBe(2)
  expect(direct("committed_bytes")).toBe(claim.bytes)
  expect(direct("committed_content_bytes")).toBe(claim.contentBytes)
  expect(value('shares{state="active",door="direct"}')).toBe(1)
})

test("[OB4] what the database says is asked for once in fifteen seconds", async () => {
  let now = 1_700_000_000_000
  const { url } = await start({ now: () => now })
  const shares = async () => (await readMetrics(url)).value('shares{state="active",door="native"}')
  expect(await shares()).toBe(0)
  await createNativeClient(url).create("ses_1")
  now += 14_999
  expect(await shares()).toBe(0)
  now += 1
  expect(await shares()).toBe(1)
})

test("[OB4] no name and no label is anybody's to choose, and none holds an id, an address or a secret", async () => {
  const { url } = await start({ createTokens: ["a-token-of-the-team"], metricsToken: TOKEN })
  const client = createNativeClient(`${url}/t/a-token-of-the-team`)
  const seen: string[][] = []
  for (const session of ["ses_1", "ses_2"]) {
    const { id, secret } = (await client.create(session)).body
    await client.sync(id, secret, [itemsOf(session).session()])
    for (const path of [
      `/share/${id}`,
      `/api/share/${id}/data`,
      `/share/${id}.md`,
      `/${id}`,
      `/api/share/${secret}`,
    ])
      await (await fetch(`${url}${path}`, { headers: { "x-share-secret": secret } })).text()
    await client.remove(id, secret)
    // The bytes of an answer are counted when it is through.
    const { text, series } = await waitFor("the answers to be counted", async () => {
      const now = await readMetrics(url, { authorization: `Bearer ${TOKEN}` })
      return now.value('http_sent_bytes_total{route="/metrics"}') > 0 && now
    })
    for (const hidden of [id, secret, TOKEN, "a-token-of-the-team", session, "127.0.0.1"])
      expect(text).not.toContain(hidden)
    seen.push(series.filter((name) => !name.includes('route="/metrics"')))
  }
  expect(seen[1]).toEqual(seen[0])
})

test("[OB4] docs/operating.md says of each metric what it is, and of no other", async () => {
  const { url } = await start()
  await (await fetch(`${url}/nothing`)).text()
  const { text } = await readMetrics(url)
  const told = [...text.matchAll(/^# TYPE (\w+) (\w+)$/gm)].map(([, name, type]) => `${name} ${type}`)
  const document = await readFile(new URL("../../docs/operating.md", import.meta.url), "utf8")
  const described = [...document.matchAll(/^\| `(\w+)` \| (counter|gauge|histogram) \|/gm)].map(
    ([, name, type]) => `${name} ${type}`,
  )
  expect(described.toSorted()).toEqual(told.toSorted())
  const alerts = await readFile(new URL("../../docs/deploy/prometheus-alerts.yaml", import.meta.url), "utf8")
  const named = [...alerts.matchAll(/better_share_\w+?(?=_bucket\b|\b)/g)].map(([name]) => name)
  const names = new Set(told.map((line) => line.split(" ")[0]))
  expect(named.filter((name) => !names.has(name))).toEqual([])
  expect(named.length).toBeGreaterThan(10)
})
