import { afterEach, describe, expect, test } from "vitest"
import { createLog } from "../../src/host/log.ts"
import type { AccessAnswer, MetadataAnswer, UnlockAnswer } from "../../src/protocol/routes.ts"
import { createDirectClient } from "../direct-client.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World, type WorldOptions } from "../world.ts"

let world: World
const clock = { now: Date.now() }
afterEach(async () => {
  await world?.close()
})

const SAID = "what the session says"
const TOKEN = "a-token-of-the-team"
const PASSWORD = "correct horse battery"

async function start(options: WorldOptions = {}) {
  clock.now = Date.now()
  world = await createWorld({ now: () => clock.now, ...options })
  return createNativeClient(world.url)
}

async function share(sessionID = "ses_access", door = "") {
  const client = createNativeClient(world.url + door)
  const { id, secret } = (await client.create(sessionID)).body
  const { session, user, text } = itemsOf(sessionID)
  await client.sync(id, secret, [session({ title: "A secret title" }), user("m1"), text("m1", "p1", SAID)])
  return { id, secret }
}

function change(id: string, secret: string, body: unknown) {
  return createNativeClient(world.url, { "x-share-secret": secret }).call<AccessAnswer>(
    "PATCH",
    `/api/share/${id}`,
    body,
  )
}

const unlock = (id: string, password: string) =>
  createNativeClient(world.url).call<UnlockAnswer>("POST", `/api/share/${id}/unlock`, { password })

/** Every address that shows a share. */
const READS = [
  "/share/ID",
  "/share/ID?show=all",
  "/share/ID.md",
  "/share/ID.json",
  "/share/ID.txt",
  "/share/ID.html",
  "/share/ID/card.png",
  "/share/ID/changes",
  "/share/ID/search?q=session",
  "/share/ID/part/p1",
  "/share/ID/session/ses_access",
  "/api/share/ID",
  "/api/share/ID/data",
  "/api/share/ID/metadata",
  "/api/share/ID/events",
]

async function statuses(name: string, headers: Record<string, string> = {}) {
  const found: Record<string, number> = {}
  for (const path of READS) {
    const abort = new AbortController()
    const answer = await fetch(world.url + path.replace("ID", name), {
      headers,
      redirect: "manual",
      signal: abort.signal,
    })
    found[path] = answer.status
    if (path.endsWith("events")) abort.abort()
    else {
      const text = await answer.text()
      if (answer.status !== 200) expect(text).not.toContain("secret title")
    }
  }
  return found
}

const all = (status: number, others: Record<string, number> = {}) => ({
  ...Object.fromEntries(READS.map((path) => [path, status])),
  ...others,
})

/** Where a small session has nothing: its own address as a subagent's. */
const OPEN = all(200, { "/share/ID/session/ses_access": 404 })

describe("visibility", () => {
  test("[Y1] a share is unlisted unless it is said, and its owner changes that", async () => {
    const client = await start()
    const { id, secret } = await share()
    const read = async () => (await client.call<MetadataAnswer>("GET", `/api/share/${id}/metadata`)).body
    expect(await read()).toMatchObject({ visibility: "unlisted" })
    const changed = await change(id, secret, { visibility: "public" })
    expect([changed.status, changed.body.visibility]).toEqual([200, "public"])
    expect(changed.body.importUrl).toBe(`${world.url}/share/${id}`)
    expect(await read()).toMatchObject({ visibility: "public" })
  })

  test("[Y1] what a share does not understand is refused, and changes nothing", async () => {
    const client = await start()
    const { id, secret } = await share()
    const bad = [
      { visibility: "hidden" },
      { visibility: "password" },
      { visibility: "private", password: PASSWORD },
      { password: "short" },
      { expires: "soon" },
      { expires: "2001-01-01" },
    ]
    for (const body of bad) expect([body, (await change(id, secret, body)).status]).toEqual([body, 400])
    expect((await change(id, "wrong", { visibility: "public" })).status).toBe(404)
    const { body } = await client.call<MetadataAnswer>("GET", `/api/share/${id}/metadata`)
    expect([body.visibility, body.expiresAt]).toEqual(["unlisted", undefined])
  })

  test("[Y2] search engines may list what is public, and nothing else", async () => {
    await start()
    const { id, secret } = await share()
    const look = async () => {
      const page = await fetch(`${world.url}/share/${id}`)
      const md = await fetch(`${world.url}/share/${id}.md`)
      return [(await page.text()).includes('content="noindex"'), md.headers.get("x-robots-tag")]
    }
    expect(await look()).toEqual([true, "noindex"])
    await change(id, secret, { visibility: "public" })
    expect(await look()).toEqual([false, null])
    await change(id, secret, { visibility: "unlisted" })
    expect(await look()).toEqual([true, "noindex"])
  })

  test("[Y3] a private share is to everybody else as one that is not there", async () => {
    await start()
    const { id, secret } = await share()
    expect(await statuses(id)).toEqual(OPEN)
    await change(id, secret, { visibility: "private" })
    expect(await statuses(id)).toEqual(all(404))
    expect(await statuses(id, { "x-share-secret": "wrong" })).toEqual(all(404))
    expect(await statuses(id, { "x-share-secret": secret })).toEqual(OPEN)
    expect((await unlock(id, PASSWORD)).status).toBe(404)
    const unknown = "0".repeat(22)
    for (const path of READS) {
      const [one, other] = await Promise.all(
        [id, unknown].map(async (name) => {
          const answer = await fetch(world.url + path.replace("ID", name))
          const headers = [...answer.headers].filter(([name]) => !["date", "x-request-id"].includes(name))
          return { headers, text: (await answer.text()).replaceAll(name, "ID") }
        }),
      )
      expect(one).toEqual(other)
    }
  })

  test("[Y4] a share asks for its password everywhere, and says nothing before", async () => {
    await start()
    const { id, secret } = await share()
    await change(id, secret, { password: PASSWORD })
    expect(await statuses(id)).toEqual(all(401))
    expect((await unlock(id, "correct horse")).status).toBe(403)
    const { status, body } = await unlock(id, PASSWORD)
    expect([status, body.url]).toEqual([200, `${world.url}/share/${id}_${body.capability}`])
    const opened = await statuses(`${id}_${body.capability}`)
    // What a browser opens as a page leaves the capability in a cookie, and not in the address.
    const pages = ["/share/ID", "/share/ID?show=all", "/share/ID/changes", "/share/ID/search?q=session"]
    for (const path of [...pages, "/share/ID/part/p1", "/share/ID/session/ses_access"])
      expect([path, opened[path]]).toEqual([path, 302])
    for (const path of ["/share/ID.md", "/share/ID.html", "/api/share/ID/data", "/api/share/ID/events"])
      expect([path, opened[path]]).toEqual([path, 200])
    expect(await statuses(id, { "x-share-secret": secret })).toEqual(OPEN)
    expect(await statuses(`${id}_${"0".repeat(22)}`)).toEqual(all(401))
  })

  test("[Y4] a browser gives the password once, and is led to where it was going", async () => {
    await start()
    const { id, secret } = await share()
    await change(id, secret, { password: PASSWORD })
    const asked = await fetch(`${world.url}/share/${id}?show=all`)
    const form = await asked.text()
    expect([asked.status, asked.headers.get("www-authenticate")]).toEqual([401, "Share-Password"])
    expect(form).toContain(`action="/share/${id}/unlock"`)
    expect(form).toContain(`value="/share/${id}?show=all"`)
    const post = (fields: Record<string, string>, headers: Record<string, string> = {}) =>
      fetch(`${world.url}/share/${id}/unlock`, {
        method: "POST",
        body: new URLSearchParams(fields),
        redirect: "manual",
        headers,
      })
    const wrong = await post({ password: "wrong horse", back: `/share/${id}` })
    expect([wrong.status, wrong.headers.get("set-cookie")]).toEqual([403, null])
    expect(await wrong.text()).toContain("That is not the password.")
    expect((await post({ password: PASSWORD }, { "sec-fetch-site": "cross-site" })).status).toBe(403)
    const right = await post({ password: PASSWORD, back: `/share/${id}?show=all` })
    expect([right.status, right.headers.get("location")]).toEqual([303, `/share/${id}?show=all`])
    const [cookie = ""] = (right.headers.get("set-cookie") ?? "").split(";")
    expect(right.headers.get("set-cookie")).toMatch(/HttpOnly; SameSite=Lax/)
    const page = await fetch(`${world.url}/share/${id}?show=all`, { headers: { cookie } })
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining(SAID)])
    for (const back of ["https://evil.example", "//evil.example", `/share/${id}x`, `/share/${id}@evil`])
      expect((await post({ password: PASSWORD, back })).headers.get("location")).toBe(`/share/${id}`)
  })

  test("[Y4] behind TLS the cookie is the host's own", async () => {
    await start({ baseUrl: "https://share.example.com", createTokens: [TOKEN] })
    const { id, secret } = await share("ses_access", `/t/${TOKEN}`)
    await change(id, secret, { password: PASSWORD })
    const { body } = await unlock(id, PASSWORD)
    const opened = await fetch(`${world.url}/share/${id}_${body.capability}`, { redirect: "manual" })
    expect(opened.headers.get("location")).toBe(`/share/${id}`)
    expect(opened.headers.get("set-cookie")).toMatch(
      /^__Host-better-share-passes=[^;]+; Max-Age=604800; Path=\/; HttpOnly; Secure; SameSite=Lax$/,
    )
  })

  test("[Y4] the page of a share with a password names an address that OpenCode can import", async () => {
    await start()
    const { id, secret } = await share()
    const { body } = await change(id, secret, { password: PASSWORD })
    expect(body.importUrl).toMatch(new RegExp(`^${world.url}/share/${id}_[0-9A-Za-z]{22}$`))
    const page = await fetch(`${world.url}/share/${id}`, { headers: { "x-share-secret": secret } })
    expect(await page.text()).toContain(`opencode import ${body.importUrl}`)
    const data = await fetch(`${body.importUrl.replace("/share/", "/api/share/")}/data`)
    expect(await data.text()).toContain(SAID)
  })

  test("[Y5] wrong passwords are counted, right ones are not", async () => {
    await start()
    const { id, secret } = await share()
    await change(id, secret, { password: PASSWORD })
    for (let i = 0; i < 3; i++) expect((await unlock(id, PASSWORD)).status).toBe(200)
    const tried = await Promise.all(Array.from({ length: 12 }, (_, i) => unlock(id, `wrong horse ${i}`)))
    const refused = tried.map(({ status }) => status).sort()
    expect(refused).toEqual([...Array(10).fill(403), 429, 429])
    const after = await unlock(id, PASSWORD)
    expect([after.status, Number(after.headers.get("retry-after")) > 200]).toEqual([429, true])
  })

  test("[Y6] a change ends what was open: pages kept, capabilities and streams", async () => {
    await start()
    const { id, secret } = await share()
    const page = () => fetch(`${world.url}/share/${id}`)
    await (await page()).text()
    const etag = (await page()).headers.get("etag") ?? ""
    const events = await readEvents(`${world.url}/api/share/${id}/events`)
    await change(id, secret, { password: PASSWORD })
    expect((await page()).status).toBe(401)
    const again = await fetch(`${world.url}/share/${id}`, { headers: { "if-none-match": etag } })
    expect(again.status).toBe(401)
    await waitFor("the stream to end", () => events.hasEnded())
    const { capability } = (await unlock(id, PASSWORD)).body
    expect((await fetch(`${world.url}/api/share/${id}_${capability}/data`)).status).toBe(200)
    await change(id, secret, { password: `${PASSWORD} staple` })
    expect((await fetch(`${world.url}/api/share/${id}_${capability}/data`)).status).toBe(401)
    await change(id, secret, { visibility: "unlisted" })
    expect((await page()).status).toBe(200)
  })

  test("[Y6] a change that changes nothing ends nothing", async () => {
    await start()
    const { id, secret } = await share()
    await change(id, secret, { password: PASSWORD })
    const { capability } = (await unlock(id, PASSWORD)).body
    expect((await change(id, secret, {})).status).toBe(200)
    expect((await change(id, secret, { visibility: "password" })).status).toBe(200)
    expect((await fetch(`${world.url}/api/share/${id}_${capability}/data`)).status).toBe(200)
  })

  test("[Y7] a share can be made with what it is to be", async () => {
    await start()
    const client = createDirectClient(world.url)
    const made = await client.reserve({
      sessionId: "ses_made",
      tickets: [],
      password: PASSWORD,
      expires: "1h",
    })
    expect(made.status).toBe(200)
    const { shareId } = made.body
    expect((await fetch(`${world.url}/share/${shareId}`)).status).toBe(401)
    clock.now += 3600_000
    expect((await fetch(`${world.url}/share/${shareId}`)).status).toBe(410)
    const refused = await client.reserve({ sessionId: "ses_made", visibility: "password" })
    expect(refused.status).toBe(400)
  })

  test("[P2] an id that looks like one that opens a share is refused", async () => {
    await start()
    const client = createDirectClient(world.url)
    const id = `nightly-report_${"a".repeat(22)}`
    expect((await client.reserve({ sessionId: "ses_1", shareId: id })).status).toBe(400)
    expect((await client.reserve({ sessionId: "ses_1", shareId: `${id}a` })).status).toBe(200)
  })
})

test("[Y4] no log has what opens a share", async () => {
  const lines: string[] = []
  const debug = (fields: object) => void lines.push(JSON.stringify(fields))
  await start({ log: { ...createLog("silent"), debug } })
  const { id, secret } = await share()
  await change(id, secret, { password: PASSWORD })
  const { capability } = (await unlock(id, PASSWORD)).body
  const encoded = [...capability].map((char) => `%${char.charCodeAt(0).toString(16)}`).join("")
  for (const path of [
    `/api/share/${id}_${capability}/data`,
    `/share/${id}%5f${encoded}.md`,
    `/s/${id}_${capability}`,
  ])
    await fetch(world.url + path, { redirect: "manual" })
  expect(lines.length).toBeGreaterThan(4)
  for (const text of [capability, encoded, secret, PASSWORD]) expect(lines.join("\n")).not.toContain(text)
})

test("[Y5] invented shares take nobody's tries, and have none forgotten", async () => {
  await start()
  const { id, secret } = await share()
  await change(id, secret, { password: PASSWORD })
  expect((await unlock("0".repeat(22), PASSWORD)).status).toBe(404)
  // More at once than are looked at: who is sent away has lost no try.
  const crowd = await Promise.all(Array.from({ length: 9 }, () => unlock(id, PASSWORD)))
  expect(new Set(crowd.map(({ status }) => status))).toEqual(new Set([200]))
  expect((await unlock(id, "wrong horse battery")).status).toBe(403)
})

describe("expiry", () => {
  test("[Y8] a share whose time is over is gone at that moment, and its content follows", async () => {
    const client = await start()
    const { id, secret } = await share()
    const { body } = await change(id, secret, { expires: "1h" })
    expect(Date.parse(body.expiresAt ?? "")).toBe(clock.now + 3600_000)
    const page = () => fetch(`${world.url}/share/${id}`)
    expect(await (await page()).text()).toContain('id="expiry"')
    clock.now += 3600_000 - 1
    expect((await page()).status).toBe(200)
    clock.now += 1
    const gone = await page()
    expect([gone.status, await gone.text()]).toEqual([410, expect.stringContaining("has expired")])
    expect(await statuses(id)).toEqual(all(410))
    expect((await client.sync(id, secret, [itemsOf("ses_access").user("m2")])).status).toBe(410)
    expect((await change(id, secret, { expires: "1h" })).status).toBe(410)
    expect(await world.storedFiles()).not.toEqual([])
    await world.upkeep()
    expect(await world.storedFiles()).toEqual([])
    const receipt = await client.remove(id, secret)
    expect([receipt.status, receipt.body.receipt.objects]).toEqual([200, 1])
    expect(await statuses(id)).toEqual(all(410))
  })

  test("[Y8] more time can be given, and taken", async () => {
    await start()
    const { id, secret } = await share()
    await change(id, secret, { expires: "1h" })
    await change(id, secret, { expires: "never" })
    clock.now += 2 * 3600_000
    await world.upkeep()
    expect((await fetch(`${world.url}/share/${id}`)).status).toBe(200)
  })

  test("[Y8] an earlier share of the session does not end with it", async () => {
    const client = await start()
    const first = await share()
    clock.now += 61_000
    const second = await share()
    expect(second.id).not.toBe(first.id)
    await change(second.id, second.secret, { expires: "1h" })
    clock.now += 3600_000
    await world.upkeep()
    const look = async ({ id }: { id: string }) => (await client.data(id)).status
    expect([await look(first), await look(second)]).toEqual([200, 410])
  })

  test("[Y9] the server's own word: what is usual, and the longest", async () => {
    const HOUR = 3600_000
    await start({ expiry: { usual: HOUR, longest: 24 * HOUR } })
    const { id, secret } = await share()
    const answer = await fetch(`${world.url}/api/share/${id}/metadata`)
    expect(await answer.json()).toMatchObject({ expiresAt: new Date(clock.now + HOUR).toISOString() })
    clock.now += 5 * 60_000
    expect((await change(id, secret, { expires: "24h" })).body.expiresAt).toBe(
      new Date(clock.now - 5 * 60_000 + 24 * HOUR).toISOString(),
    )
    for (const expires of ["never", "25h"]) {
      const { status, body } = await change(id, secret, { expires })
      expect([status, body.error?.message]).toEqual([
        400,
        expect.stringContaining("keeps no share for longer"),
      ])
    }
  })
})
