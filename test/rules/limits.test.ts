import { afterEach, beforeEach, expect, test, vi } from "vitest"
import type { LimitSettings } from "../../src/host/limit-variables.ts"
import { ROUTES, type Route } from "../../src/protocol/routes.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { UNLIMITED } from "../no-limits.ts"
import { createWorld, type World, type WorldOptions } from "../world.ts"

const HOUR = 3_600_000
const token = "a-token-of-the-team"

let world: World | undefined
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] })
})
afterEach(async () => {
  vi.useRealTimers()
  await world?.close()
  world = undefined
})

async function start(limits: Partial<LimitSettings>, options: WorldOptions = {}) {
  world = await createWorld({ limits: { ...UNLIMITED, ...limits }, ...options })
  return { world, client: createNativeClient(world.url) }
}

type Client = ReturnType<typeof createNativeClient>
let sessions = 0
const createNew = (client: Client) => client.create(`ses_${++sessions}`)
const pass = (ms: number) => vi.setSystemTime(Date.now() + ms)
const statuses = (answers: { status: number }[]) => answers.map(({ status }) => status)
const standing = ({ headers }: { headers: Headers }) =>
  ["limit", "remaining", "reset"].map((name) => headers.get(`ratelimit-${name}`))

async function times<T>(count: number, call: (at: number) => Promise<T>): Promise<T[]> {
  const answers: T[] = []
  for (let at = 0; at < count; at++) answers.push(await call(at))
  return answers
}

test("[Q1] ten new shares an hour, and none more until the hour is over", async () => {
  const { client } = await start({ newSharesPerHour: 10 })
  const answers = await times(11, () => createNew(client))
  expect(statuses(answers)).toEqual([...Array(10).fill(200), 429])
  pass(HOUR - 1)
  expect((await createNew(client)).status).toBe(429)
  pass(1)
  expect((await createNew(client)).status).toBe(200)
})

test("[Q1] of fifty creations at once ten make a share", async () => {
  const { client } = await start({ newSharesPerHour: 10 })
  const answers = await Promise.all(Array.from({ length: 50 }, () => createNew(client)))
  const made = answers.filter(({ status }) => status === 200)
  expect(new Set(made.map(({ body }) => body.id)).size).toBe(10)
  expect(answers.filter(({ status }) => status === 429)).toHaveLength(40)
})

test("[Q1] a hundred requests to create a minute, whatever becomes of them", async () => {
  const { client } = await start({ createRequestsPerMinute: 100 })
  const answers = await times(101, (at) =>
    at % 2 ? client.create("ses_same") : client.call("POST", "/api/share", "{"),
  )
  expect(statuses(answers.slice(0, 100))).toEqual(
    Array.from({ length: 100 }, (_, at) => (at % 2 ? 200 : 400)),
  )
  expect(answers[100]?.status).toBe(429)
  pass(60_000)
  expect((await client.create("ses_same")).status).toBe(200)
})

test("[Q8] what is created with a token counts against the token alone, so that a backlog can be shared", async () => {
  const limits = { newSharesPerHour: 1, newSharesPerHourPerToken: 20, createRequestsPerMinute: 2 }
  const { world } = await start(limits, { createTokens: [token, "another-of-their-tokens"] })
  const known = createNativeClient(`${world.url}/t/${token}`)
  const answers = await times(21, () => createNew(known))
  expect(statuses(answers)).toEqual([...Array(20).fill(200), 429])
  expect(answers[20]?.body.error?.message).toContain("Your token has made the 20 new shares")
  expect(standing(answers[19] as { headers: Headers })).toEqual(["20", "0", "3600"])
  const other = createNativeClient(world.url, { authorization: "Bearer another-of-their-tokens" })
  expect((await createNew(other)).status).toBe(200)
})

test("[Q8] it counts wherever it comes from, and through both doors", async () => {
  const limits = { newSharesPerHourPerToken: 2 }
  const { world } = await start(limits, { createTokens: [token], trustedProxies: ["127.0.0.1"] })
  const from = (address: string) =>
    createNativeClient(`${world.url}/t/${token}`, { "x-forwarded-for": address })
  expect((await createNew(from("192.0.2.1"))).status).toBe(200)
  const reserved = await from("192.0.2.2").call("POST", "/api/share/presign", { sessionId: "ses_direct" })
  expect(reserved.status).toBe(200)
  expect((await createNew(from("192.0.2.3"))).status).toBe(429)
})

test("[Q8] requests to create are counted by token too, whatever becomes of them", async () => {
  const { world } = await start({ createRequestsPerMinutePerToken: 4 }, { createTokens: [token] })
  const known = createNativeClient(`${world.url}/t/${token}`)
  const answers = await times(5, (at) => (at % 2 ? createNew(known) : known.call("POST", "/api/share", "{")))
  expect(statuses(answers)).toEqual([400, 200, 400, 200, 429])
  expect(answers[4]?.body.error?.message).toContain("Your token has made the 4 requests")
  pass(60_000)
  expect((await createNew(known)).status).toBe(200)
})

test("[Q8] a wrong token counts against the address, and when that has used up its tries no token is looked at", async () => {
  const { world } = await start({ createRequestsPerMinute: 3 }, { createTokens: [token] })
  const guess = createNativeClient(world.url, { authorization: "Bearer guessed-and-wrong" })
  const known = createNativeClient(`${world.url}/t/${token}`)
  expect(statuses(await times(5, () => createNew(known)))).toEqual(Array(5).fill(200))
  const guesses = [
    await createNew(createNativeClient(world.url)),
    ...(await times(3, () => createNew(guess))),
  ]
  expect(statuses(guesses)).toEqual([401, 401, 401, 429])
  expect((await createNew(known)).status).toBe(429)
  pass(60_000)
  expect((await createNew(known)).status).toBe(200)
})

test("[Q8] of tokens tried at once no more are looked at", async () => {
  const { world } = await start({ createRequestsPerMinute: 3 }, { createTokens: [token] })
  const tries = Array.from({ length: 20 }, (_, at) =>
    createNew(createNativeClient(world.url, { authorization: `Bearer guess-number-${at}` })),
  )
  expect(statuses(await Promise.all(tries)).filter((status) => status === 401)).toHaveLength(3)
})

test("[Q2] a creation that answers an existing share does not count, and is answered at the limit too", async () => {
  const { client } = await start({ newSharesPerHour: 2 })
  const first = await client.create("ses_twice")
  const again = await times(5, () => client.create("ses_twice"))
  expect(again.map(({ body }) => body.id)).toEqual(Array(5).fill(first.body.id))
  expect(standing(again[4] ?? first)).toEqual(["2", "1", "3600"])
  expect(statuses(await times(2, () => createNew(client)))).toEqual([200, 429])
  expect((await client.create("ses_twice")).body.id).toBe(first.body.id)
})

test("[Q2] a creation that is refused does not count", async () => {
  const { world } = await start({ newSharesPerHourPerToken: 1 }, { createTokens: [token] })
  const client = createNativeClient(world.url, { authorization: `Bearer ${token}` })
  const refused = [
    await client.call("POST", "/api/share", "{"),
    await client.call("POST", "/api/share", { sessionID: "no session" }),
    await createNew(createNativeClient(world.url)),
    await client.call("PUT", "/api/share", {}),
  ]
  expect(statuses(refused)).toEqual([400, 400, 401, 405])
  expect((await createNew(client)).status).toBe(200)
  expect((await createNew(client)).status).toBe(429)
})

test("[Q2] both doors make shares from one budget, and an id that is taken costs nothing", async () => {
  const { client } = await start({ newSharesPerHour: 2 })
  const reserve = (shareId: string) =>
    client.call("POST", "/api/share/presign", { shareId, sessionId: "ses_direct" })
  const answers = [
    await reserve("an-id-of-my-own"),
    await reserve("an-id-of-my-own"),
    await createNew(client),
    await reserve("another-id-of-my-own"),
    await createNew(client),
  ]
  expect(statuses(answers)).toEqual([200, 409, 200, 429, 429])
})

test("[Q3] what views shares is counted together, and nothing else with it", async () => {
  const { client } = await start({ viewsPerMinute: 6 })
  const { id, secret } = (await createNew(client)).body
  const { user } = itemsOf(`ses_${sessions}`)
  await client.sync(id, secret, [user("msg_1")])
  const asset = /\/assets\/[^"]+\.css/.exec((await client.call("GET", "/")).text)?.[0] ?? "no asset"
  const views = [
    `/share/${id}`,
    `/s/${id}`, // Led on to the page: two.
    `/api/share/${id}/data`,
    `/api/share/${id}/metadata`,
    "/share/there-is-no-such-share",
  ]
  const answers = await times(views.length, (at) => client.call("GET", views[at] ?? ""))
  expect(statuses(answers)).toEqual([200, 200, 200, 200, 404])
  for (const path of [...views, `/api/share/${id}/events`]) {
    expect((await client.call("GET", path)).status, path).toBe(429)
  }
  for (const path of ["/", asset, "/api/health", "/api/doc", "/robots.txt"]) {
    expect((await client.call("GET", path)).status, path).toBe(200)
  }
  expect((await client.sync(id, secret, [user("msg_2")])).status).toBe(200)
  expect((await createNew(client)).status).toBe(200)
  pass(60_000)
  expect((await client.call("GET", `/share/${id}`)).status).toBe(200)
})

test("[Q3] so is what writes to them", async () => {
  const { client } = await start({ syncsPerMinute: 4 })
  const { id, secret } = (await createNew(client)).body
  const { user } = itemsOf(`ses_${sessions}`)
  const answers = [
    await client.sync(id, secret, [user("msg_1")]),
    await client.sync(id, "wrong", [user("msg_1")]),
    await client.remove(id, "wrong"),
    await client.call("PUT", "/api/upload/shares/x?signature=none"),
  ]
  expect(statuses(answers)).toEqual([200, 404, 404, 403])
  expect((await client.sync(id, secret, [user("msg_2")])).status).toBe(429)
  expect((await client.remove(id, secret)).status).toBe(429)
  expect((await client.call("PUT", "/api/upload/shares/x?signature=none")).status).toBe(429)
  expect((await client.data(id)).body).toEqual([user("msg_1")])
  expect((await createNew(client)).status).toBe(200)
  pass(60_000)
  expect((await client.remove(id, secret)).status).toBe(200)
})

test("[Q3] a sync that is refused for a limit gets its answer, however large it is", async () => {
  const { client } = await start({ syncsPerMinute: 1 })
  const { id, secret } = (await createNew(client)).body
  const { user, text } = itemsOf(`ses_${sessions}`)
  await client.sync(id, secret, [user("msg_1")])
  const large = [text("msg_1", "prt_1", "x".repeat(12 * 1024 * 1024))]
  expect(statuses(await times(3, () => client.sync(id, secret, large)))).toEqual([429, 429, 429])
})

test("[Q4] a refusal says when to come again, in whole seconds and in words", async () => {
  const { client } = await start({ newSharesPerHour: 1, viewsPerMinute: 1 })
  const { id } = (await createNew(client)).body
  pass(600_500)
  const refused = await createNew(client)
  expect(refused.headers.get("retry-after")).toBe("3000")
  expect(refused.body.error?.code).toBe("rate_limited")
  expect(refused.body.error?.message).toMatch(/the 1 new shares .* Try again in 50 minutes, or ask/)
  await client.data(id)
  pass(15_000)
  const page = await client.call("GET", `/share/${id}`)
  expect([page.status, page.headers.get("retry-after")]).toEqual([429, "45"])
  expect(page.headers.get("content-type")).toContain("text/html")
  expect(page.text).toContain("Try again in 45 seconds")
})

test("[Q4] every route of shares says that it may refuse so", () => {
  const silent = Object.entries<Route>(ROUTES).filter(([, { errors }]) => !errors.includes("rate_limited"))
  expect(silent.map(([name]) => name)).toEqual(["health", "live", "ready"])
})

test("[Q4] an answer to a creation says what is left", async () => {
  const { client } = await start({ newSharesPerHour: 2 })
  expect(standing(await createNew(client))).toEqual(["2", "1", "3600"])
  pass(1_000)
  expect(standing(await createNew(client))).toEqual(["2", "0", "3599"])
  expect(standing(await createNew(client))).toEqual(["2", "0", "3599"])
})

test("[Q4] so does every answer that was counted, whatever it says", async () => {
  const { client } = await start({ viewsPerMinute: 100, syncsPerMinute: 50, createRequestsPerMinute: 20 })
  const { id, secret } = (await createNew(client)).body
  const { user } = itemsOf(`ses_${sessions}`)
  const answers = [
    await client.sync(id, secret, [user("msg_1")]),
    await client.sync(id, "wrong", [user("msg_1")]),
    await client.call("POST", `/api/share/${id}/deltas`, {}),
    await client.call("GET", `/share/${id}`),
    await client.call("GET", `/share/${id}`),
    await client.call("GET", `/share/${id}.md`),
    await client.data(id),
    await client.call("GET", `/share/${id}?from=99`),
    await client.data("no-such-share-at-all"),
    await client.call("PUT", `/api/share/${id}/data`),
    await client.call("POST", "/api/share", "{"),
  ]
  expect(answers.map((answer) => [answer.status, ...standing(answer)])).toEqual([
    [200, "50", "49", "60"],
    [404, "50", "48", "60"],
    [400, "50", "49", "60"],
    [200, "100", "99", "60"],
    [200, "100", "98", "60"],
    [200, "100", "97", "60"],
    [200, "100", "96", "60"],
    [400, "100", "95", "60"],
    [404, "100", "94", "60"],
    [405, "50", "47", "60"],
    [400, "20", "18", "60"],
  ])
  await client.remove(id, secret)
  expect([(await client.data(id)).status, standing(await client.data(id))[1]]).toEqual([410, "92"])
})

test("[Q4] so does a page that has not changed", async () => {
  const { client } = await start({ viewsPerMinute: 100 })
  const { id } = (await createNew(client)).body
  const etag = (await client.call("GET", `/share/${id}`)).headers.get("etag") ?? "none"
  const again = createNativeClient(world?.url ?? "", { "if-none-match": etag })
  const unchanged = await again.call("GET", `/share/${id}`)
  expect([unchanged.status, ...standing(unchanged)]).toEqual([304, "100", "98", "60"])
})

test("[Q4] what is not counted says nothing of it", async () => {
  const { client } = await start({ viewsPerMinute: 100 })
  for (const path of ["/", "/api/health"]) {
    expect(standing(await client.call("GET", path)), path).toEqual([null, null, null])
  }
})

test("[Q5] what a request says of its address changes nothing", async () => {
  const { world } = await start({ newSharesPerHour: 2, viewsPerMinute: 2, syncsPerMinute: 2 })
  const from = (address: string) =>
    createNativeClient(world.url, {
      "x-forwarded-for": address,
      "x-real-ip": address,
      "cf-connecting-ip": address,
      forwarded: `for=${address}`,
    })
  const answers = await times(3, async (at) => {
    const client = from(`192.0.2.${at}`)
    return [
      await createNew(client),
      await client.data("no-such-share-at-all"),
      await client.remove("no-such-share-at-all", "x"),
    ]
  })
  expect(answers.map(statuses)).toEqual([
    [200, 404, 404],
    [200, 404, 404],
    [429, 429, 429],
  ])
})

test("[Q5] behind a trusted proxy it is the last address that no proxy has, whatever stands before it", async () => {
  const { world } = await start({ viewsPerMinute: 1 }, { trustedProxies: ["127.0.0.0/8", "10.0.0.0/8"] })
  const statusFrom = async (forwarded: string | undefined) => {
    const headers = forwarded === undefined ? {} : { "x-forwarded-for": forwarded }
    return (await createNativeClient(world.url, headers).data("no-such-share-at-all")).status
  }
  expect(await statusFrom("198.51.100.1")).toBe(404)
  expect(await statusFrom("1.1.1.1, 198.51.100.1:4711, 10.0.0.2")).toBe(429)
  expect(await statusFrom("198.51.100.2")).toBe(404)
  expect(await statusFrom("198.51.100.1, 198.51.100.2")).toBe(429)
  expect(await statusFrom(undefined)).toBe(404)
  expect(await statusFrom("198.51.100.3, unknown")).toBe(429)
})

test("[Q6] 0 is no limit", async () => {
  const { client } = await start({})
  expect(statuses(await times(120, () => createNew(client)))).toEqual(Array(120).fill(200))
  expect(standing(await createNew(client))).toEqual([null, null, null])
})
