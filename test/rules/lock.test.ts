import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { createDirectClient } from "../direct-client.ts"
import { createEncryptedShare } from "../encrypted-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World, type WorldOptions } from "../world.ts"

const lock = { username: "team", password: "Grüße: an alle" }
const token = "a-token-of-the-team"
const CHALLENGE = 'Basic realm="Better Share", charset="UTF-8"'
const MINUTE = 60_000
const UNKNOWN = "there-is-no-such-share"

let world: World | undefined
beforeEach(() => {
  vi.useFakeTimers({ toFake: ["Date"] })
})
afterEach(async () => {
  vi.useRealTimers()
  await world?.close()
  world = undefined
})

async function start(options: WorldOptions = {}) {
  world = await createWorld({ lock, createTokens: [token], ...options })
  const { url } = world
  const by = (headers: Record<string, string> = {}) => createNativeClient(url, headers)
  const creator = createNativeClient(`${url}/t/${token}`)
  const { id, secret } = (await creator.create("ses_1")).body
  const { session, user } = itemsOf("ses_1")
  await creator.sync(id, secret, [session(), user("msg_1")])
  return { url, by, id, secret, creator }
}

const basic = (username: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`,
})
const RIGHT = basic(lock.username, lock.password)
const WRONG = basic(lock.username, "guessed")
const readsOf = (id: string) => [
  ...["", ".md", ".txt", ".json", ".html", "/changes", "/search", "/card.png"].map(
    (rest) => `/share/${id}${rest}`,
  ),
  ...["", "/data", "/metadata", "/segments"].map((rest) => `/api/share/${id}${rest}`),
  `/s/${id}`,
]
const REST = ["/", "/plugin.js", "/api/doc", "/robots.txt", "/favicon.ico", "/t/anything", "/nothing/here"]

/** What an answer says, but for what is new in each. */
function said({ status, headers, text }: { status: number; headers: Headers; text: string }) {
  const names = [...headers].filter(([name]) => !["date", "x-request-id"].includes(name))
  return { status, headers: names, text }
}

test("[W1] without a key everything but the health of the server is 401, and asks for a password", async () => {
  const { by, id } = await start()
  for (const path of [...readsOf(id), ...REST]) {
    const { status, headers, body, text } = await by().call("GET", path)
    expect([status, headers.get("www-authenticate")], path).toEqual([401, CHALLENGE])
    expect(headers.get("cache-control"), path).toBe("no-store")
    if (path.startsWith("/api/")) expect(body.error?.code, path).toBe("unauthorized")
    else expect(text, path).toMatch(/user name and password/)
  }
  for (const [method, path] of [
    ["OPTIONS", `/share/${id}`],
    ["PUT", `/api/share/${id}`],
    ["POST", `/share/${id}`],
    ["DELETE", `/api/share/${id}/data`],
  ] as const)
    expect((await by().call(method, path)).status, `${method} ${path}`).toBe(401)
  expect((await by().call("GET", "/api/health")).status).toBe(200)
})

test("[W1] the user name and the password open everything", async () => {
  const { by, id, url } = await start()
  for (const path of [...readsOf(id), ...REST.slice(0, -1)]) {
    // The manifest of what is not sealed takes the share's secret as well.
    const wanted = path.endsWith("/segments") ? 400 : 200
    expect((await by(RIGHT).call("GET", path)).status, path).toBe(wanted)
  }
  const asset = /\/assets\/[^"]+\.css/.exec((await by(RIGHT).call("GET", "/")).text)?.[0] ?? "no asset"
  expect((await by().call("GET", asset)).status).toBe(401)
  const styled = await by(RIGHT).call("GET", asset)
  // A cache that many share would give it to whoever asks.
  expect([styled.status, styled.headers.get("cache-control")]).toEqual([
    200,
    "private, max-age=31536000, immutable",
  ])
  const head = await fetch(`${url}/share/${id}`, { method: "HEAD", headers: RIGHT })
  expect(head.status).toBe(200)
})

test("[W1] a wrong name, a wrong password, and what is none at all open nothing", async () => {
  const { by, id } = await start()
  for (const authorization of [
    basic("Team", lock.password).authorization,
    basic(lock.username, "").authorization,
    basic("", lock.password).authorization,
    basic(`${lock.username}:${lock.password}`, "").authorization,
    "Basic",
    "Basic ",
    "Basic !!!",
    `Basic ${Buffer.from([0xff, 0xfe]).toString("base64")}`,
    `Digest ${RIGHT.authorization.slice(6)}`,
  ])
    expect((await by({ authorization }).call("GET", `/share/${id}`)).status, authorization).toBe(401)
  // The same letters in another spelling are the same password.
  const respelled = basic(lock.username, lock.password.normalize("NFD"))
  expect((await by(respelled).call("GET", `/share/${id}`)).status).toBe(200)
})

test("[W2] a locked answer says nothing of what was asked for", async () => {
  const { by, id, secret, creator } = await start()
  const revoked = (await creator.create("ses_2")).body
  await creator.remove(revoked.id, revoked.secret)
  const secrets = [
    {},
    { "x-share-secret": "wrong" },
    { authorization: "Bearer not-one-of-the-tokens" },
    WRONG,
  ]
  for (const [at] of readsOf(id).entries()) {
    for (const headers of secrets.slice(0, at === 0 ? 4 : 3)) {
      const answers = await Promise.all(
        [id, revoked.id, UNKNOWN].map((each) => by(headers).call("GET", readsOf(each)[at] ?? "")),
      )
      const [one, ...others] = answers.map(said)
      expect(one?.status).toBe(401)
      for (const other of others) expect(other).toEqual(one)
    }
  }
  expect((await by({ "x-share-secret": secret }).call("GET", `/share/${UNKNOWN}`)).status).toBe(401)
})

test("[W2] the page of a refusal loads nothing, as that would ask again", async () => {
  const { by, id } = await start()
  const { text, headers } = await by().call("GET", `/share/${id}`)
  expect(headers.get("content-type")).toContain("text/html")
  expect(text).not.toMatch(/\b(?:src|href)="(?!data:)/)
  expect((await by().call("GET", `/share/${id}.json`)).body.error?.code).toBe("unauthorized")
  expect((await by().call("GET", `/share/${id}.md`)).headers.get("content-type")).toContain("text/plain")
})

test("[W3] what asks for a secret or a token itself is not locked", async () => {
  const { url, creator } = await start()
  const made = (await creator.create("ses_3")).body
  const plain = createNativeClient(url)
  const { user } = itemsOf("ses_3")
  expect((await plain.sync(made.id, made.secret, [user("msg_1")])).status).toBe(200)
  expect((await plain.sync(made.id, "wrong", [user("msg_1")])).status).toBe(404)
  expect((await plain.remove(made.id, made.secret)).status).toBe(200)
  expect((await plain.create("ses_4")).headers.get("www-authenticate")).toBe("Bearer")
})

test("[W3] a client of the direct door needs no password, its upload tickets included", async () => {
  const { by } = await start()
  const bearer = by({ authorization: `Bearer ${token}` })
  const { body } = await bearer.call<{ shareId: string; secret: string; presignedUrl: string }>(
    "POST",
    "/api/share/presign",
    { sessionId: "ses_5" },
  )
  const put = (url: string) =>
    fetch(url, {
      method: "PUT",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ session: { id: "ses_5" }, messages: [] }),
    })
  expect((await put(body.presignedUrl)).status).toBe(200)
  expect((await put(body.presignedUrl.replace(/\?.*/, ""))).status).toBe(403)
  expect((await by().call("GET", `/api/share/${body.shareId}/data`)).status).toBe(401)
  const withSecret = by({ "x-share-secret": body.secret })
  expect((await withSecret.call("POST", `/api/share/${body.shareId}/presign`)).status).toBe(200)
})

test("[W4] a create token opens every share's reads, and nothing else", async () => {
  const { by, id, creator } = await start()
  const bearer = by({ authorization: `Bearer ${token}` })
  for (const path of readsOf(id).filter((each) => !each.endsWith("/segments")))
    expect((await bearer.call("GET", path)).status, path).toBe(200)
  expect((await creator.call("GET", `/api/share/${id}/data`)).status).toBe(200)
  expect((await bearer.call("GET", `/share/${UNKNOWN}`)).status).toBe(404)
  for (const path of REST) expect((await bearer.call("GET", path)).status, path).toBe(401)
})

test("[W4] a share's secret opens this share's reads; one that only deletes opens none", async () => {
  const { by, id, secret, creator, url } = await start()
  const other = (await creator.create("ses_6")).body
  const own = by({ "x-share-secret": secret })
  const spelled = `%${id.charCodeAt(0).toString(16)}${id.slice(1)}`
  for (const path of readsOf(id).filter((each) => !each.endsWith("/segments")))
    expect((await own.call("GET", path)).status, path).toBe(200)
  expect((await own.call("GET", `/share/${spelled}.md`)).status).toBe(200)
  for (const path of [...REST, ...readsOf(other.id), `/share/${id}%2f..%2f${other.id}`])
    expect((await own.call("GET", path)).status, path).toBe(401)
  await creator.remove(id, secret)
  expect((await own.call("GET", `/share/${id}`)).status).toBe(410)

  const direct = createDirectClient(`${url}/t/${token}`)
  const reserved = (await direct.reserve({ sessionId: "ses_7", tickets: [] })).body
  const reads = (value: string) => by({ "x-share-secret": value }).call("GET", `/share/${reserved.shareId}`)
  expect((await reads(reserved.secret)).status).toBe(200)
  expect((await reads(reserved.deleteSecret)).status).toBe(401)
})

test("[W4] what is sealed is locked as well", async () => {
  const { url, by } = await start()
  const share = await createEncryptedShare(`${url}/t/${token}`, "ses_8")
  for (const rest of ["", "/segments", "/metadata", "/events"])
    expect((await by().call("GET", `/api/share/${share.id}${rest}`)).status, rest).toBe(401)
  expect((await by(RIGHT).call("GET", `/api/share/${share.id}/segments`)).status).toBe(200)
})

test("[W5] after twenty wrong passwords a minute the right one is refused as well, until the minute is over", async () => {
  const { by, id, secret } = await start()
  const path = `/share/${id}`
  for (let guess = 0; guess < 20; guess++) expect((await by(WRONG).call("GET", path)).status).toBe(401)
  for (const headers of [WRONG, RIGHT]) {
    const { status, headers: answered, text } = await by(headers).call("GET", path)
    expect([status, answered.get("retry-after")]).toEqual([429, "60"])
    expect(text).toContain("20 wrong passwords")
    expect(text).not.toMatch(/\b(?:src|href)="(?!data:)/)
  }
  // Those who bring no password, or another key, are not held up.
  expect((await by().call("GET", path)).status).toBe(401)
  expect((await by({ ...WRONG, "x-share-secret": secret }).call("GET", path)).status).toBe(200)
  vi.setSystemTime(Date.now() + MINUTE)
  expect((await by(RIGHT).call("GET", path)).status).toBe(200)
})

test("[W5] of guesses that come at once no more are looked at", async () => {
  const { by, id } = await start()
  const guesses = Array.from({ length: 60 }, () => by(WRONG).call("GET", `/share/${id}`))
  const last = by(RIGHT).call("GET", `/share/${id}`)
  const statuses = (await Promise.all(guesses)).map(({ status }) => status)
  expect(statuses.filter((status) => status === 401)).toHaveLength(20)
  expect((await last).status).toBe(429)
})

test("[W5] right passwords, and none, are not counted", async () => {
  const { by, id } = await start()
  for (let time = 0; time < 25; time++) {
    await by().call("GET", `/share/${id}`)
    expect((await by(RIGHT).call("GET", "/api/health")).status).toBe(200)
    expect((await by(RIGHT).call("GET", `/share/${id}`)).status).toBe(200)
  }
})

test("[W1] the API's document says so", async () => {
  const { by } = await start()
  const { body } = await by(RIGHT).call<{ paths: Record<string, Record<string, { responses: object }>> }>(
    "GET",
    "/api/doc",
  )
  expect(Object.keys(body.paths["/api/share/{id}/data"]?.get?.responses ?? {})).toContain("401")
  expect(Object.keys(body.paths["/api/health"]?.get?.responses ?? {})).not.toContain("401")
})
