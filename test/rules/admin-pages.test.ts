import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { FORM_TOKEN } from "../../src/api/browser-session.ts"
import { ADMIN_ROUTES } from "../../src/protocol/admin-routes.ts"
import { BY_ITSELF } from "../../src/protocol/audit.ts"
import { SESSION_MS } from "../../src/trust/sessions.ts"
import { type AdminClient, createAdminClient } from "../admin-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

type Fields = Record<string, string>

let world: World
let token: string
let api: AdminClient
let cookie: string
let now = Date.now()
let count = 0
beforeAll(async () => {
  world = await createWorld({ now: () => now, createTokens: ["a-token-of-the-environment"] })
  token = (await world.trust.admin.begin()) ?? ""
  api = createAdminClient(world.url, token)
  cookie = cookieOf(await send("/admin/enter", { token }, {}))
})
afterAll(() => world.close())

const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(";")[0] ?? ""

/** A form as it stands, without a browser's help. */
function send(path: string, fields: Fields, headers: Fields = { cookie }): Promise<Response> {
  const body = new URLSearchParams(fields)
  return fetch(`${world.url}${path}`, { method: "POST", body, redirect: "manual", headers })
}

async function open(path: string): Promise<string> {
  const response = await fetch(`${world.url}${path}`, { headers: { cookie }, redirect: "manual" })
  expect([path, response.status]).toEqual([path, 200])
  expect(response.headers.get("cache-control")).toBe("no-store")
  expect(response.headers.get("x-robots-tag")).toBe("noindex")
  return response.text()
}

/** Fills in the form that stands on a page. */
async function fill(page: string, action: string, fields: Fields = {}): Promise<Response> {
  const form = new RegExp(`<form method="post" action="${action}">.*?</form>`, "s").exec(
    await open(page),
  )?.[0]
  const hidden = [...(form ?? "").matchAll(/<input type="hidden" name="([^"]+)" value="([^"]+)">/g)]
  expect(hidden.map(([, name]) => name)).toContain(FORM_TOKEN)
  return send(action, { ...Object.fromEntries(hidden.map(([, name, value]) => [name, value])), ...fields })
}

async function createShare(title: string) {
  // One after the other, as lists have them.
  now += 1_000
  const { text, token: of } = await world.trust.tokens.create({ name: `maker-${++count}`, by: BY_ITSELF })
  const client = createNativeClient(world.url, { authorization: `Bearer ${text}` })
  const sessionID = `ses_pages${count}`
  const { body } = await client.create(sessionID)
  await client.sync(body.id, body.secret, [itemsOf(sessionID).session({ title })])
  return { id: body.id as string, secret: body.secret as string, client, sessionID, token: of }
}

describe("[B9] the door of the operator's pages", () => {
  test("asks for the admin token, and says how one is made", async () => {
    const response = await fetch(`${world.url}/admin`)
    const page = await response.text()
    expect(response.status).toBe(200)
    expect(page).toContain("better-share admin-token")
    expect(page).not.toContain("Newest shares")
    for (const path of ["/admin/shares", "/admin/tokens", "/admin/audit.jsonl"]) {
      const answer = await fetch(`${world.url}${path}`, { redirect: "manual" })
      expect([answer.status, answer.headers.get("location")], path).toEqual([303, "/admin"])
    }
    expect((await send("/admin/leave", {}, {})).status).toBe(403)
  })

  test("lets in with the token, in no other way, and that is recorded", async () => {
    const entered = await send("/admin/enter", { token: ` ${token}\n` }, {})
    expect([entered.status, entered.headers.get("location")]).toEqual([303, "/admin"])
    expect(entered.headers.getSetCookie()[0]).toMatch(
      /^better-share-admin=[\w-]{43}; .*HttpOnly; SameSite=Strict/,
    )
    expect(await open("/admin")).toContain("Newest shares")
    const { body } = await api(ADMIN_ROUTES.readAudit, { query: "?event=admin_entered" })
    expect(body.trim().split("\n").map(JSON.parse).at(-1)).toMatchObject({ actor: "admin" })
    const create = await world.trust.tokens.create({ name: "no-admin", by: BY_ITSELF })
    expect((await send("/admin/enter", { token: create.text }, {})).status).toBe(401)
    const elsewhere = { origin: "https://elsewhere.example" }
    expect((await send("/admin/enter", { token }, elsewhere)).status).toBe(403)
    const owner = await world.trust.sessions.start("owner", { creators: [], shares: [] })
    const headers = { cookie: `better-share-admin=${owner.secret}; better-share-owner=${owner.secret}` }
    expect((await fetch(`${world.url}/admin/shares`, { headers, redirect: "manual" })).status).toBe(303)
  })

  test("opens with a link of the API as well", async () => {
    const { body } = await api(ADMIN_ROUTES.enterAdmin)
    const code = new URL(body.url).searchParams.get("code") ?? ""
    const entered = await send("/enter", { code }, {})
    const headers = { cookie: cookieOf(entered) }
    expect(await (await fetch(`${world.url}/admin`, { headers })).text()).toContain("Newest shares")
  })

  test("takes nothing without the token of its forms, or from elsewhere", async () => {
    expect((await send("/admin/tokens", { name: "forged" })).status).toBe(400)
    expect((await send("/admin/tokens", { name: "forged", [FORM_TOKEN]: "guessed" })).status).toBe(403)
    const other = cookieOf(await send("/admin/enter", { token }, {}))
    const page = await (await fetch(`${world.url}/admin/tokens`, { headers: { cookie: other } })).text()
    const theirs = /name="form-token" value="([^"]+)"/.exec(page)?.[1] ?? ""
    expect((await send("/admin/tokens", { name: "forged", [FORM_TOKEN]: theirs })).status).toBe(403)
    expect(await open("/admin/tokens")).not.toContain("forged")
    // By GET nothing happens.
    for (const path of ["/admin/leave", "/admin/blocks/remove", "/admin/shares/some-share/take-down"]) {
      const answer = await fetch(`${world.url}${path}`, { headers: { cookie } })
      expect([path, answer.status]).toEqual([path, 404])
    }
  })

  test("closes with the button, after twelve hours, and when the token is replaced", async () => {
    const leaving = cookieOf(await send("/admin/enter", { token }, {}))
    const is = async (held: string) =>
      (await fetch(`${world.url}/admin/shares`, { headers: { cookie: held }, redirect: "manual" })).status
    const mine = cookie
    cookie = leaving
    const left = await fill("/admin", "/admin/leave")
    cookie = mine
    expect([left.status, left.headers.get("location")]).toEqual([303, "/admin"])
    expect([await is(leaving), await is(mine)]).toEqual([303, 200])
    now += SESSION_MS
    expect(await is(mine)).toBe(303)
    cookie = cookieOf(await send("/admin/enter", { token }, {}))
    token = await world.trust.admin.rotate(BY_ITSELF)
    expect(await is(cookie)).toBe(303)
    cookie = cookieOf(await send("/admin/enter", { token }, {}))
    api = createAdminClient(world.url, token)
  })
})

test("[B9] shares are found, and a title of any kind stays text", async () => {
  const hostile = `"><img src=x onerror=alert(1)>\u202E${"x".repeat(5_000)}`
  const { id, token: of } = await createShare(hostile)
  for (const path of ["/admin", "/admin/shares", `/admin/shares/${id}`, `/admin/shares?search=${id}`]) {
    const page = await open(path)
    expect(page, path).toContain("&quot;&gt;&lt;img src=x onerror=alert(1)&gt;⟨U+202E⟩")
    expect(page).not.toContain("<img")
    expect(page).not.toContain("x".repeat(400))
  }
  const searched = await open(`/admin/shares?search=${encodeURIComponent('"><script>')}&state=`)
  expect(searched).toContain('value="&quot;&gt;&lt;script&gt;"')
  expect(searched).toContain("No share is like this.")
  await createShare("Another one")
  const ofToken = await open(`/admin/shares?token=${of.id}`)
  expect(ofToken).toContain(id)
  expect(ofToken).not.toContain("Another one")
  const first = await open("/admin/shares?limit=1")
  const older = /href="([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll("&amp;", "&") ?? ""
  expect(first).toContain("Another one")
  expect(await open(older)).not.toContain("Another one")
})

test("[B9] a share is taken down, and its readers are told why", async () => {
  const { id } = await createShare("To be taken down")
  const page = `/admin/shares/${id}`
  const action = `${page}/take-down`
  expect((await fill(page, action, { reason: "" })).status).toBe(400)
  const taken = await fill(page, action, { reason: "It shows <b>an address</b>." })
  expect([taken.status, taken.headers.get("location")]).toEqual([303, page])
  const gone = await fetch(`${world.url}/share/${id}`)
  expect([gone.status, await gone.text()]).toEqual([
    410,
    expect.stringContaining("It shows &lt;b&gt;an address&lt;/b&gt;."),
  ])
  const after = await open(page)
  expect(after).toContain("Taken down")
  expect(after).not.toContain(action)
  const audit = await open(`/admin/audit?event=taken_down&share=${id}`)
  expect(audit).toContain("Reason: It shows &lt;b&gt;an address&lt;/b&gt;.")
})

test("[B9] a share gets a new secret, which is shown once", async () => {
  const { id, secret, client, sessionID } = await createShare("With a lost secret")
  const page = await (await fill(`/admin/shares/${id}`, `/admin/shares/${id}/secret`)).text()
  const renewed = /shown this once.*?<code>([^<]+)<\/code>/s.exec(page)?.[1] ?? ""
  const item = itemsOf(sessionID).user("msg_1")
  expect((await client.sync(id, secret, [item])).status).toBe(404)
  expect((await client.sync(id, renewed, [item])).status).toBe(200)
  expect(await open(`/admin/shares/${id}`)).not.toContain(renewed)
})

test("[B9] tokens are made, shown once, and revoked", async () => {
  const page = await (await fill("/admin/tokens", "/admin/tokens", { name: "of-the-page" })).text()
  const text = /bst_[0-9A-Za-z]{32}/.exec(page)?.[0] ?? ""
  const create = () => createNativeClient(world.url, { authorization: `Bearer ${text}` }).create("ses_tokens")
  expect((await create()).status).toBe(200)
  const listed = await open("/admin/tokens")
  expect(listed).toContain("of-the-page")
  expect(listed).not.toContain(text)
  // Those of the environment cannot be revoked here.
  expect(listed).not.toContain("/admin/tokens/env-1/revoke")
  const again = await fill("/admin/tokens", "/admin/tokens", { name: "of-the-page" })
  expect([again.status, await again.text()]).toEqual([409, expect.stringContaining("choose another name")])
  const { id } = (await world.trust.tokens.list()).find(({ name }) => name === "of-the-page") ?? { id: "" }
  expect((await fill("/admin/tokens", `/admin/tokens/${id}/revoke`)).status).toBe(303)
  expect((await create()).status).toBe(401)
})

test("[B9] whoever made a share is blocked from its page, and let in again", async () => {
  const { id, secret, client, sessionID, token: of } = await createShare("Of somebody")
  const sync = async () => (await client.sync(id, secret, [itemsOf(sessionID).user(`msg_${++count}`)])).status
  const forms = (await open(`/admin/shares/${id}`)).match(/name="kind" value="(\w+)"/g)
  expect(forms).toEqual(['name="kind" value="creator"', 'name="kind" value="token"'])
  const block = (kind: string, value: string, reason = "") =>
    fill("/admin/blocks", "/admin/blocks", { kind, value, reason })
  expect((await block("token", of.id, "Too much of it")).status).toBe(303)
  expect(await sync()).toBe(403)
  expect(await open("/admin/blocks")).toContain("Too much of it")
  expect(await open(`/admin/shares/${id}`)).toContain("Blocked: the token")
  const removed = await fill("/admin/blocks", "/admin/blocks/remove")
  expect(removed.status).toBe(303)
  expect(await sync()).toBe(200)
  expect((await block("address", "192.0.2.7/24")).status).toBe(303)
  expect(await open("/admin/blocks")).toContain("192.0.2.0/24")
  const wrong = await block("address", "nowhere")
  expect([wrong.status, await wrong.text()]).toEqual([400, expect.stringContaining("must be an address")])
  expect((await block("token", "nobody")).status).toBe(404)
})

test("[B9] the audit is read the newest first, page by page, and exported as a whole", async () => {
  for (let at = 0; at < 101; at++) {
    await world.trust.audit.record({ event: "recovered", actor: `owner:${at}`, details: { at } })
  }
  const first = await open("/admin/audit?event=recovered&share=&since=&until=")
  expect(first).toContain("owner:100<")
  expect(first).not.toContain("owner:0<")
  const older = /href="([^"]+)" rel="next"/.exec(first)?.[1]?.replaceAll("&amp;", "&") ?? ""
  const last = await open(older)
  expect(last.match(/owner:\d+</g)).toEqual(["owner:0<"])
  const day = new Date(now).toISOString().slice(0, 10)
  expect(await open(`/admin/audit?event=recovered&until=${day}`)).toContain("Nothing like this")
  expect(await open(`/admin/audit?event=recovered&since=${day}`)).toContain("owner:100<")
  const exported = await open("/admin/audit.jsonl?event=recovered&share=")
  const { body } = await api(ADMIN_ROUTES.readAudit, { query: "?event=recovered" })
  expect(exported).toBe(body)
  expect(exported.trim().split("\n")).toHaveLength(101)
})

test("[B9] wrong tokens are counted as the API's are, and the right one lets in all the same", async () => {
  const page = await (await send("/admin/enter", { token: "bsa_wrong" }, {})).text()
  expect(page).toContain("This is not the admin token.")
  const statuses: number[] = []
  for (let at = 0; at < 11; at++)
    statuses.push((await send("/admin/enter", { token: "bsa_wrong" }, {})).status)
  expect([...new Set(statuses)]).toEqual([401, 429])
  const headers = { authorization: "Bearer bsa_wrong" }
  expect((await fetch(`${world.url}/api/admin/tokens`, { headers })).status).toBe(429)
  expect((await send("/admin/enter", { token }, {})).status).toBe(303)
})
