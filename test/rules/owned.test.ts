import { afterEach, describe, expect, test } from "vitest"
import type {
  AccessAnswer,
  EntryAnswer,
  OwnedSharesAnswer,
  PublicListAnswer,
} from "../../src/protocol/routes.ts"
import { createDirectClient } from "../direct-client.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createOwner, type TestOwner } from "../owner.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World, type WorldOptions } from "../world.ts"

let world: World
const clock = { now: Date.now() }
afterEach(() => world?.close())

async function start(options: WorldOptions = {}) {
  clock.now = Date.now()
  world = await createWorld({ now: () => clock.now, ...options })
  return createNativeClient(world.url)
}

async function nativeShare(sessionID: string, title = `Title of ${sessionID}`) {
  const client = createNativeClient(world.url)
  const { id, secret } = (await client.create(sessionID)).body
  const { session, user } = itemsOf(sessionID)
  await client.sync(id, secret, [session({ title }), user("m1")])
  return { id, secret }
}

async function ownedShare(owner: TestOwner, sessionID: string) {
  const proof = owner.prove({ action: "create", baseUrl: world.url, sessionID })
  const { body } = await createDirectClient(world.url).reserve({
    sessionId: sessionID,
    tickets: [],
    owner: proof,
  })
  return { id: body.shareId, secret: body.secret }
}

const list = (body: unknown) =>
  createNativeClient(world.url).call<OwnedSharesAnswer>("POST", "/api/owner/shares", body)
const change = (share: { id: string; secret: string }, body: unknown) =>
  createNativeClient(world.url, { "x-share-secret": share.secret }).call(
    "PATCH",
    `/api/share/${share.id}`,
    body,
  )

async function importUrlOf(share: { id: string; secret: string }) {
  const { body } = await createNativeClient(world.url, { "x-share-secret": share.secret }).call<AccessAnswer>(
    "PATCH",
    `/api/share/${share.id}`,
    {},
  )
  return `${body.importUrl.replace("/share/", "/api/share/")}/data`
}

/** A browser without scripts: follows links, sends forms, keeps cookies. */
function createBrowser() {
  const cookies = new Map<string, string>()
  async function go(path: string, fields?: Record<string, string>, headers: Record<string, string> = {}) {
    const response = await fetch(path.startsWith("http") ? path : world.url + path, {
      redirect: "manual",
      headers: {
        ...(cookies.size > 0 && { cookie: [...cookies].map((pair) => pair.join("=")).join("; ") }),
        ...headers,
      },
      ...(fields && { method: "POST", body: new URLSearchParams(fields) }),
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      if (value) cookies.set(name, value)
      else cookies.delete(name)
    }
    const html = await response.text()
    const token = /name="form-token" value="([^"]+)"/.exec(html)?.[1] ?? ""
    return { status: response.status, html, token, location: response.headers.get("location"), response }
  }
  async function enter(url: string) {
    const page = await go(url)
    const code = /name="code" value="([^"]+)"/.exec(page.html)?.[1] ?? ""
    return go("/enter", { code })
  }
  return { go, enter, cookies }
}

describe("[J1] who holds a key or secrets is told what is theirs", () => {
  test("by an owner's key, by secrets, and by both, the newest first", async () => {
    await start()
    const owner = createOwner()
    const first = await ownedShare(owner, "ses_1")
    clock.now += 1000
    const second = await nativeShare("ses_2")
    const other = await nativeShare("ses_other")
    const prove = () => owner.prove({ action: "list", baseUrl: world.url })
    const ids = async (body: unknown) => (await list(body)).body.shares.map(({ id }) => id)
    expect(await ids({ owner: prove() })).toEqual([first.id])
    expect(await ids({ shares: [second] })).toEqual([second.id])
    const wrong = { id: other.id, secret: "wrong" }
    expect(await ids({ owner: prove(), shares: [second, wrong] })).toEqual([second.id, first.id])
    const { body } = await list({ shares: [second] })
    expect(body.shares).toMatchObject([
      { title: "Title of ses_2", sessionID: "ses_2", visibility: "unlisted", messageCount: 1, views: 0 },
    ])
    expect(body.shares[0]?.bytes).toBeGreaterThan(50)
  })

  test("nothing is told to who holds nothing, and a statement of one kind is none of another", async () => {
    await start()
    const owner = createOwner()
    const share = await nativeShare("ses_1")
    expect((await list({})).status).toBe(404)
    expect((await list({ shares: [{ id: share.id, secret: "wrong" }] })).status).toBe(404)
    const proof = owner.prove({ action: "enter", baseUrl: world.url })
    expect((await list({ owner: proof })).status).toBe(403)
    expect((await list({ owner: owner.prove({ action: "list", baseUrl: "http://elsewhere" }) })).status).toBe(
      403,
    )
  })

  test("views that were counted are told, and first_viewed is recorded once", async () => {
    await start()
    const share = await nativeShare("ses_1")
    for (let i = 0; i < 3; i++) {
      await (await fetch(`${world.url}/share/${share.id}`)).text()
      await world.upkeep()
    }
    await fetch(`${world.url}/share/${share.id}`, { method: "HEAD" })
    await world.upkeep()
    expect((await list({ shares: [share] })).body.shares).toMatchObject([{ views: 3 }])
    const rows = []
    for await (const batch of world.trust.audit.read({ event: "first_viewed" })) rows.push(...batch)
    expect(rows).toMatchObject([{ shareID: share.id, actor: "system" }])
  })

  test("a long list comes in pages", async () => {
    await start()
    const owner = createOwner()
    for (let i = 0; i < 52; i++) {
      clock.now += 1000
      await ownedShare(owner, `ses_${i}`)
    }
    const found: string[] = []
    for (let after: string | undefined; ; ) {
      const proof = owner.prove({ action: "list", baseUrl: world.url, at: clock.now })
      const { body } = await list({ owner: proof, ...(after && { after }) })
      found.push(...body.shares.map(({ sessionID }) => sessionID))
      clock.now++
      if (body.next === undefined) break
      after = body.next
    }
    expect(found).toEqual(Array.from({ length: 52 }, (_, i) => `ses_${51 - i}`))
  })
})

describe("[J2] the page of one's shares", () => {
  async function entered(shares: { id: string; secret: string }[]) {
    const { body } = await createNativeClient(world.url).call<EntryAnswer>("POST", "/api/owner/entry", {
      shares,
    })
    const browser = createBrowser()
    const { status, location } = await browser.enter(body.url)
    expect([status, location]).toEqual([303, "/shares"])
    // Once.
    expect((await createBrowser().enter(body.url)).status).toBe(403)
    return browser
  }

  test("lets in whoever brings a link, and shows what is theirs and no more", async () => {
    await start()
    const [mine, other] = [
      await nativeShare("ses_1", "Mine <b>bold</b>"),
      await nativeShare("ses_2", "Theirs"),
    ]
    const browser = await entered([mine])
    const { html } = await browser.go("/shares")
    expect(html).toContain("Mine &lt;b&gt;bold")
    expect(html).not.toContain("Theirs")
    expect((await browser.go(`/shares/${mine.id}`)).status).toBe(200)
    expect((await browser.go(`/shares/${other.id}`)).status).toBe(404)
    const stranger = await createBrowser().go("/shares")
    expect(stranger.html).toContain('action="/shares/open"')
    expect((await createBrowser().go(`/shares/${mine.id}`)).status).toBe(403)
  })

  test("lets in whoever brings a share's link and its secret", async () => {
    await start()
    const mine = await nativeShare("ses_1")
    const browser = createBrowser()
    const link = `${world.url}/share/${mine.id}#msg_1`
    expect((await browser.go("/shares/open", { link, secret: "wrong" })).status).toBe(404)
    expect((await browser.go("/shares/open", { link: "no link", secret: mine.secret })).status).toBe(400)
    expect((await browser.go("/shares/open", { link, secret: mine.secret })).location).toBe("/shares")
    expect((await browser.go(`/shares/${mine.id}`)).status).toBe(200)
  })

  test("changes who may see a share, and says what it does not understand", async () => {
    await start()
    const mine = await nativeShare("ses_1")
    const browser = await entered([mine])
    const { token } = await browser.go(`/shares/${mine.id}`)
    const send = (fields: Record<string, string>) =>
      browser.go(`/shares/${mine.id}/access`, { "form-token": token, ...fields })
    expect((await send({ visibility: "private", password: "", expires: "" })).html).toContain("Changed.")
    expect((await fetch(`${world.url}/share/${mine.id}`)).status).toBe(404)
    // Its owner still sees it, here.
    expect((await browser.go(`/share/${mine.id}`)).status).toBe(200)
    for (const [fields, said] of [
      [{ visibility: "password", password: "short" }, "8 characters"],
      [{ visibility: "password", password: "" }, "must be given"],
      [{ visibility: "unlisted", expires: "soon" }, "expires: must be"],
    ] as const) {
      const { status, html } = await send(fields)
      expect([status, html.includes(said)]).toEqual([400, true])
    }
    await send({ visibility: "password", password: "correct horse battery", expires: "1h" })
    expect((await fetch(`${world.url}/share/${mine.id}`)).status).toBe(401)
    const events: string[] = []
    for await (const batch of world.trust.audit.read({ shareID: mine.id }))
      events.push(...batch.map(({ event, actor }) => `${event} by ${actor}`))
    expect(events.sort()).toEqual([
      "created by address",
      "expiry_changed by secret",
      "password_changed by secret",
      "visibility_changed by secret",
      "visibility_changed by secret",
    ])
  })

  test("makes a new secret, revokes one, and revokes all", async () => {
    const client = await start()
    const all = [await nativeShare("ses_1"), await nativeShare("ses_2"), await nativeShare("ses_3")]
    const other = await nativeShare("ses_4")
    const browser = await entered(all)
    const [one, two] = all as [(typeof all)[0], (typeof all)[0]]
    const before = await browser.go(`/shares/${one.id}`)
    const made = await browser.go(`/shares/${one.id}/secret`, { "form-token": before.token })
    const { token } = made
    const secret = /<code>([\w-]{32})<\/code>/.exec(made.html)?.[1] ?? ""
    expect((await client.sync(one.id, one.secret, [])).status).toBe(404)
    expect((await client.sync(one.id, secret, [])).status).toBe(200)
    expect((await browser.go(`/shares/${two.id}/revoke`, { "form-token": token })).location).toBe("/shares")
    const look = async ({ id }: { id: string }) => (await client.data(id)).status
    expect([await look(one), await look(two)]).toEqual([200, 410])
    await browser.go("/shares/revoke", { "form-token": token })
    expect(await Promise.all(all.map(look))).toEqual([410, 410, 410])
    expect(await look(other)).toBe(200)
    expect((await browser.go("/shares")).html).toContain("Nothing of yours is shared")
  })

  test("takes out what is chosen, and says what it did", async () => {
    const client = await start()
    const { id, secret } = await nativeShare("ses_1")
    const { user, assistant, text } = itemsOf("ses_1")
    await client.sync(id, secret, [
      user("m1"),
      text("m1", "p1", "the password is hunter22, really"),
      assistant("m2"),
      text("m2", "p2", "I see hunter22."),
      text("m2", "p3", "Another thing <script>"),
    ])
    const other = await nativeShare("ses_2")
    const browser = await entered([{ id, secret }])
    const page = await browser.go(`/shares/${id}/redact`)
    expect(page.html).toContain("Another thing &lt;script&gt;")
    const send = (fields: Record<string, string>, share = id) =>
      browser.go(`/shares/${share}/redact`, { "form-token": page.token, ...fields })
    const chosen = await send({ text: " hunter22 ", "part:m2/p3": "on" })
    expect([chosen.status, chosen.html]).toEqual([200, expect.stringContaining("Replaced 3 times")])
    const data = (await client.data(id)).text
    expect(data).not.toMatch(/hunter22|Another thing/)
    expect(data).toContain("the password is [redacted], really")
    expect((await send({ "message:m2": "on" })).status).toBe(200)
    expect((await client.data(id)).text).not.toContain("I see")
    for (const [fields, said] of [
      [{}, "Choose something"],
      [{ text: "abc" }, "4 characters"],
      [Object.fromEntries(Array.from({ length: 17 }, (_, i) => [`message:m${i}`, "on"])), "at most 16"],
      [{ "part:m2": "on" }, "cannot be taken out"],
    ] as const) {
      const { status, html } = await send(fields)
      expect([status, html.includes(said)], said).toEqual([400, true])
    }
    expect((await send({ text: "Title of" }, other.id)).status).toBe(404)
  })

  test("lets nobody on who came by a secret that was replaced", async () => {
    await start()
    const { id, secret } = await nativeShare("ses_1")
    const thief = await entered([{ id, secret }])
    await change({ id, secret }, { visibility: "private" })
    const capability = await importUrlOf({ id, secret })
    expect((await fetch(capability)).status).toBe(200)
    const events = await readEvents(`${world.url}/api/share/${id}/events`, { "x-share-secret": secret })
    await world.reissue(id)
    expect((await fetch(capability)).status).toBe(404)
    await waitFor("the stream to end", () => events.hasEnded())
    expect((await thief.go(`/share/${id}`)).status).toBe(404)
    expect((await thief.go(`/shares/${id}`)).status).toBe(404)
    const { html, token } = await thief.go("/shares")
    expect(html).toContain("Nothing of yours is shared")
    for (const rest of ["secret", "revoke", "access"])
      expect((await thief.go(`/shares/${id}/${rest}`, { "form-token": token })).status).toBe(404)
  })

  test("does nothing that another page asks for", async () => {
    await start()
    const mine = await nativeShare("ses_1")
    const browser = await entered([mine])
    const { token } = await browser.go("/shares")
    const revoke = (fields: Record<string, string>, headers?: Record<string, string>) =>
      browser.go(`/shares/${mine.id}/revoke`, fields, headers)
    expect((await revoke({})).status).toBe(400)
    expect((await revoke({ "form-token": "guessed" })).status).toBe(403)
    expect((await revoke({ "form-token": token }, { "sec-fetch-site": "cross-site" })).status).toBe(403)
    expect((await revoke({ "form-token": token }, { origin: "https://evil.example" })).status).toBe(403)
    expect((await fetch(`${world.url}/share/${mine.id}`)).status).toBe(200)
    // A cookie alone changes nothing of the API.
    const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ")
    const patched = await createNativeClient(world.url, { cookie }).call("PATCH", `/api/share/${mine.id}`, {
      visibility: "private",
    })
    expect(patched.status).toBe(400)
    const { cookies } = browser
    expect((await browser.go("/shares/leave", { "form-token": token })).location).toBe("/shares")
    expect(cookies.size).toBe(0)
    expect((await fetch(`${world.url}/shares/${mine.id}`, { headers: { cookie } })).status).toBe(403)
  })
})

describe("[Y11] the list of public shares", () => {
  const sessions = async (query = "") => {
    const { status, body } = await createNativeClient(world.url).call<PublicListAnswer>(
      "GET",
      `/api/sessions${query}`,
    )
    return [status, ...(body.sessions?.map(({ title }) => title) ?? [])]
  }

  test("has what is public, by title, and nothing else", async () => {
    await start({ publicList: true })
    const titles = ["Mend the parser", "Mend the tests 100%", "Another one"]
    const shares = []
    for (const [at, title] of titles.entries()) {
      clock.now += 1000
      shares.push(await nativeShare(`ses_${at}`, title))
    }
    await nativeShare("ses_hidden", "Mend nothing of anybody's")
    expect(await sessions()).toEqual([200])
    for (const share of shares) await change(share, { visibility: "public" })
    expect(await sessions()).toEqual([200, ...titles.toReversed()])
    expect(await sessions("?q=MEND")).toEqual([200, titles[1], titles[0]])
    expect(await sessions("?q=tests+mend")).toEqual([200, titles[1]])
    expect(await sessions("?q=100%25")).toEqual([200, titles[1]])
    expect(await sessions("?q=_")).toEqual([200])
    const [first] = shares
    if (first) await change(first, { visibility: "unlisted" })
    expect(await sessions("?q=parser")).toEqual([200])
    const page = await (await fetch(`${world.url}/sessions`)).text()
    expect(page).toContain(">Another one</a>")
    expect(page).not.toContain('content="noindex"')
  })

  test("is no address where the operator keeps none", async () => {
    await start()
    expect(await sessions()).toEqual([404])
    expect((await fetch(`${world.url}/sessions`)).status).toBe(404)
  })
})
