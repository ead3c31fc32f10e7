import { readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { Hono } from "hono"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import * as z from "zod/mini"
import { createBrowserSessions, FORM_TOKEN } from "../../src/api/browser-session.ts"
import type { ApiDeps, ApiEnv } from "../../src/api/context.ts"
import { enterUrl } from "../../src/api/enter.ts"
import { ShareError } from "../../src/protocol/errors.ts"
import { ENTRY_MS, SESSION_MS } from "../../src/trust/sessions.ts"
import { createWorld, type World } from "../world.ts"

const SUBJECT = { creators: ["hash"], shares: [{ id: "share-one", generation: 2, secretHash: "of-it" }] }

let world: World
let now = Date.now()
beforeAll(async () => {
  world = await createWorld({ now: () => now })
})
afterAll(() => world.close())

type Fields = Record<string, string>
const post = (path: string, fields: Fields, headers: Fields = {}) =>
  fetch(`${world.url}${path}`, {
    method: "POST",
    body: new URLSearchParams(fields),
    redirect: "manual",
    headers,
  })

/** The name and value of what a browser is given. */
const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(";")[0] ?? ""

describe("[N3] a link that lets a browser in", () => {
  test("is not used up by being opened, and once by its button", async () => {
    const code = await world.trust.sessions.createEntry("owner", SUBJECT)
    for (const method of ["GET", "HEAD", "GET"]) {
      const opened = await fetch(enterUrl(world.url, code), { method })
      expect(opened.status).toBe(200)
      expect(opened.headers.get("set-cookie")).toBeNull()
      expect(opened.headers.get("cache-control")).toBe("no-store")
    }
    expect(await (await fetch(enterUrl(world.url, code))).text()).toContain(`value="${code}"`)
    const entered = await post("/enter", { code })
    expect([entered.status, entered.headers.get("location")]).toEqual([303, "/shares"])
    const [cookie = ""] = entered.headers.getSetCookie()
    expect(cookie).toMatch(/^better-share-owner=[\w-]{43}; /)
    for (const part of ["HttpOnly", "SameSite=Strict", "Path=/"]) expect(cookie).toContain(part)
    const secret = cookieOf(entered).split("=")[1] ?? ""
    expect(await world.trust.sessions.find("owner", secret)).toMatchObject({ subject: SUBJECT })
    // Of another kind it opens nothing.
    expect(await world.trust.sessions.find("admin", secret)).toBeUndefined()
    expect((await post("/enter", { code })).status).toBe(403)
  })

  test("of several buttons pressed at once, one lets in", async () => {
    const code = await world.trust.sessions.createEntry("admin", {})
    const answers = await Promise.all(Array.from({ length: 6 }, () => post("/enter", { code })))
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 403, 403, 403, 403, 403])
    expect(answers.find(({ status }) => status === 303)?.headers.get("location")).toBe("/admin")
  })

  test("ends after ten minutes", async () => {
    const code = await world.trust.sessions.createEntry("owner", SUBJECT)
    now += ENTRY_MS
    expect((await post("/enter", { code })).status).toBe(403)
  })

  test("works for no form of another site", async () => {
    const code = await world.trust.sessions.createEntry("owner", SUBJECT)
    const foreign: Fields[] = [
      { origin: "https://elsewhere.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
      { "sec-fetch-site": "same-site", origin: world.url },
      { "sec-fetch-site": "cross-site", origin: "null" },
    ]
    for (const headers of foreign) {
      expect((await post("/enter", { code }, headers)).status, JSON.stringify(headers)).toBe(403)
    }
    const own = { origin: world.url, "sec-fetch-site": "same-origin" }
    expect((await post("/enter", { code }, own)).status).toBe(303)
  })

  test.each(["", "short", "a".repeat(44), "!".repeat(43)])("is none with the code %j", async (code) => {
    expect((await fetch(enterUrl(world.url, code))).status).toBe(400)
    expect((await post("/enter", { code })).status).toBe(400)
  })
})

describe("[N4] a session in a browser", () => {
  test("is stored hashed, ends after twelve hours, and can be ended before", async () => {
    const { sessions } = world.trust
    const { secret, expiresAt } = await sessions.start("owner", SUBJECT)
    expect(expiresAt).toBe(now + SESSION_MS)
    const database = await readFile(join(world.dataDir, "better-share.db-wal"), "latin1")
    expect(database).toContain("share-one")
    expect(database).not.toContain(secret)
    now += SESSION_MS - 1
    const found = await sessions.find("owner", secret)
    expect(found).toBeDefined()
    now += 1
    expect(await sessions.find("owner", secret)).toBeUndefined()

    const [one, two] = [await sessions.start("admin", {}), await sessions.start("admin", {})]
    const session = await sessions.find("admin", one.secret)
    if (session) await sessions.end(session)
    expect(await sessions.find("admin", one.secret)).toBeUndefined()
    expect(await sessions.find("admin", two.secret)).toBeDefined()
    await sessions.endAll("admin")
    expect(await sessions.find("admin", two.secret)).toBeUndefined()
  })

  /** Pages with a form, as other rooms will have them. */
  function pagesAt(baseUrl: string): Hono<ApiEnv> {
    const config = { baseUrl } as ApiDeps["config"]
    const browsers = createBrowserSessions({ trust: world.trust, config })
    const app = new Hono<ApiEnv>()
    app.post("/in", async (c) => {
      await browsers.startSession(c, "owner", SUBJECT)
      return c.text("in")
    })
    app.post("/out", async (c) => {
      await browsers.endSession(c, "owner")
      return c.text("out")
    })
    app.get("/token", async (c) =>
      c.text(await browsers.formToken(await browsers.requireSession(c, "owner"))),
    )
    app.post("/change", async (c) => {
      const session = await browsers.requireSession(c, "owner")
      const { title } = await browsers.readForm(c, z.object({ title: z.string() }), session)
      return c.text(title)
    })
    app.onError((error, c) =>
      error instanceof ShareError ? c.text(error.message, error.status) : c.text(String(error), 500),
    )
    return app
  }

  test("changes something only with the token of its own forms", async () => {
    const app = pagesAt("https://share.example.com")
    const ask = (path: string, init?: RequestInit) =>
      app.request(`https://share.example.com${path}`, init, { address: "" })
    const enter = async () => cookieOf(await ask("/in", { method: "POST" }))
    const [cookie, other] = [await enter(), await enter()]
    expect(cookie).toMatch(/^__Host-better-share-owner=/)
    const tokenOf = async (held: string) => (await ask("/token", { headers: { cookie: held } })).text()
    const change = (fields: Fields, headers: Fields = { cookie }) =>
      ask("/change", { method: "POST", body: new URLSearchParams({ title: "new", ...fields }), headers })

    expect(await (await change({ [FORM_TOKEN]: await tokenOf(cookie) })).text()).toBe("new")
    expect((await change({ [FORM_TOKEN]: await tokenOf(other) })).status).toBe(403)
    expect((await change({ [FORM_TOKEN]: "" })).status).toBe(403)
    expect((await change({})).status).toBe(400)
    const foreign = { cookie, origin: "https://elsewhere.example" }
    expect((await change({ [FORM_TOKEN]: await tokenOf(cookie) }, foreign)).status).toBe(403)
    expect((await change({ [FORM_TOKEN]: await tokenOf(cookie) }, {})).status).toBe(403)
    const json = { cookie, "content-type": "application/json" }
    expect((await ask("/change", { method: "POST", body: "{}", headers: json })).status).toBe(415)

    const out = await ask("/out", { method: "POST", headers: { cookie } })
    expect(out.headers.getSetCookie()[0]).toMatch(
      /^__Host-better-share-owner=; Max-Age=0; Path=\/; HttpOnly; Secure/,
    )
    expect((await ask("/token", { headers: { cookie } })).status).toBe(403)
  })

  test("takes the place of the one that the browser held before", async () => {
    const app = pagesAt("http://127.0.0.1:3000")
    const ask = (path: string, cookie: string, method = "GET") =>
      app.request(`http://127.0.0.1:3000${path}`, { method, headers: { cookie } }, { address: "" })
    const before = cookieOf(await ask("/in", "", "POST"))
    expect(before).toMatch(/^better-share-owner=/)
    const after = cookieOf(await ask("/in", before, "POST"))
    expect((await ask("/token", before)).status).toBe(403)
    expect((await ask("/token", after)).status).toBe(200)
  })
})

describe("[N2] the instance's key", () => {
  test("is made at the first start, for its owner's eyes, and is the same at the next", async () => {
    const path = join(world.dataDir, "instance-key")
    expect(((await stat(path)).mode & 0o777).toString(8)).toBe("600")
    const sealed = await world.trust.keys.seal("test", "kept")
    await world.restart()
    expect(await world.trust.keys.open("test", sealed)).toBe("kept")
  })
})
