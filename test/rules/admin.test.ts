import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ADMIN_ROUTES } from "../../src/protocol/admin-routes.ts"
import { BY_ITSELF } from "../../src/protocol/audit.ts"
import type { Route } from "../../src/protocol/routes.ts"
import { type AdminClient, createAdminClient } from "../admin-client.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let token: string
let now = Date.now()
beforeAll(async () => {
  world = await createWorld({ host: "0.0.0.0", now: () => now })
  token = (await world.trust.admin.begin()) ?? ""
})
afterAll(() => world.close())

const ask: AdminClient = (route, options) => createAdminClient(world.url, token)(route, options)

const lines = (text: string) =>
  text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line))

describe("[B1] the admin token", () => {
  test("is given once, and stored hashed", async () => {
    expect(token).toMatch(/^bsa_[0-9A-Za-z]{40}$/)
    expect(await world.trust.admin.begin()).toBeUndefined()
    for (const file of ["better-share.db", "better-share.db-wal"]) {
      expect(await readFile(join(world.dataDir, file), "latin1")).not.toContain(token)
    }
  })

  test("opens every route, and nothing else does", async () => {
    const create = (await world.trust.tokens.create({ name: "creates", by: BY_ITSELF })).text
    for (const [name, { method, path }] of Object.entries<Route>(ADMIN_ROUTES)) {
      for (const authorization of [undefined, `Basic ${token}`]) {
        const headers: Record<string, string> = authorization === undefined ? {} : { authorization }
        const url = `${world.url}${path.replace(/:\w+/g, "some-id-of-one")}`
        const answer = await fetch(url, { method, headers })
        expect([answer.status, (await answer.json()).error.code], name).toEqual([401, "unauthorized"])
      }
    }
    const headers = { authorization: `Bearer ${create}` }
    expect((await fetch(`${world.url}/api/admin/tokens`, { headers })).status).toBe(401)
  })

  test("cannot be tried often, and opens all the same", async () => {
    const wrong = () => fetch(`${world.url}/api/admin/tokens`, { headers: { authorization: "Bearer wrong" } })
    const statuses: number[] = []
    for (let at = 0; at < 12; at++) statuses.push((await wrong()).status)
    expect(statuses.slice(-2)).toEqual([429, 429])
    expect(Number((await wrong()).headers.get("retry-after"))).toBeGreaterThan(0)
    expect((await ask(ADMIN_ROUTES.listTokens)).status).toBe(200)
    now += 60_000
    await world.trust.upkeep()
    const { body } = await ask(ADMIN_ROUTES.readAudit, { query: "?event=failed_secrets" })
    expect(lines(body).at(-1)).toMatchObject({ details: { of: "admin", count: 14 }, address: "127.0.0.0/24" })
    expect(body).not.toContain("wrong")
  })

  test("is replaced by a new one, which ends every session that the old one let in", async () => {
    const { secret } = await world.trust.sessions.start("admin", {})
    const owner = await world.trust.sessions.start("owner", { creators: [], shares: [] })
    const code = await world.trust.sessions.createEntry("admin", {})
    const before = token
    const { body } = await ask(ADMIN_ROUTES.rotateAdminToken)
    expect(await world.trust.admin.check(before)).toBe(false)
    token = body.token
    expect((await ask(ADMIN_ROUTES.listTokens)).status).toBe(200)
    expect(await world.trust.sessions.find("admin", secret)).toBeUndefined()
    expect(await world.trust.sessions.takeEntry(code)).toBeUndefined()
    expect(await world.trust.sessions.find("owner", owner.secret)).toBeDefined()
    const audit = await ask(ADMIN_ROUTES.readAudit, { query: "?event=admin_token_rotated" })
    expect(lines(audit.body)).toMatchObject([{ actor: "admin" }])
  })

  test("gives a link that lets one browser in, which is recorded", async () => {
    const { body } = await ask(ADMIN_ROUTES.enterAdmin)
    const code = new URL(body.url).searchParams.get("code") ?? ""
    const form = { method: "POST", body: new URLSearchParams({ code }), redirect: "manual" } as const
    const entered = await fetch(`${world.url}/enter`, form)
    expect([entered.status, entered.headers.get("location")]).toEqual([303, "/admin"])
    const audit = await ask(ADMIN_ROUTES.readAudit, { query: "?event=admin_entered" })
    expect(lines(audit.body)).toMatchObject([{ actor: "admin", address: "127.0.0.0/24" }])
  })
})

describe("[B3] tokens", () => {
  test("are made, listed and revoked", async () => {
    const made = await ask(ADMIN_ROUTES.createToken, { body: { name: "team" } })
    const { text, token: of } = made.body
    const create = () => createNativeClient(world.url, { authorization: `Bearer ${text}` }).create("ses_b3")
    expect((await create()).status).toBe(200)
    const list = async () =>
      (await ask(ADMIN_ROUTES.listTokens)).body.tokens.find(({ name }: { name: string }) => name === "team")
    expect(await list()).toMatchObject({
      id: of.id,
      lastUsedAt: expect.any(String),
    })
    expect((await list()).revokedAt).toBeUndefined()
    const revoked = await ask(ADMIN_ROUTES.revokeToken, { params: { token: of.id } })
    expect(revoked.body.token.revokedAt).toBe(new Date(now).toISOString())
    expect((await create()).status).toBe(401)
    expect((await ask(ADMIN_ROUTES.createToken, { body: { name: "team" } })).status).toBe(409)
    expect((await ask(ADMIN_ROUTES.revokeToken, { params: { token: "nobody" } })).status).toBe(404)
    for (const name of ["", "env-1", "with space", "x".repeat(65)]) {
      expect((await ask(ADMIN_ROUTES.createToken, { body: { name } })).status, name).toBe(400)
    }
    const audit = await ask(ADMIN_ROUTES.readAudit, { query: "?event=token_revoked" })
    expect(lines(audit.body)).toMatchObject([{ actor: "admin", details: { token: "team" } }])
    expect((await ask(ADMIN_ROUTES.readAudit)).body).not.toContain(text)
  })
})

describe("[B2] the export of the audit", () => {
  test("is one line of JSON an entry, chosen by time, event and share", async () => {
    for (let at = 0; at < 3; at++) await world.trust.audit.record({ event: "blocked", actor: "admin" })
    const since = new Date(now).toISOString()
    const { body, headers } = await ask(ADMIN_ROUTES.readAudit, { query: `?event=blocked&since=${since}` })
    expect(headers.get("content-type")).toBe("application/x-ndjson")
    expect(headers.get("cache-control")).toBe("no-store")
    expect(lines(body)).toHaveLength(3)
    const until = await ask(ADMIN_ROUTES.readAudit, { query: `?event=blocked&until=${since}` })
    expect(until.body).toBe("")
    const { text } = await world.trust.tokens.create({ name: "exports", by: BY_ITSELF })
    const made = await createNativeClient(world.url, { authorization: `Bearer ${text}` }).create("ses_b2")
    const ofShare = await ask(ADMIN_ROUTES.readAudit, { query: `?share=${made.body.id}` })
    expect(lines(ofShare.body)).toMatchObject([
      { event: "created", shareID: made.body.id, actor: "token:exports" },
    ])
    for (const query of ["?event=nothing", "?since=soon", "?share=no"]) {
      expect((await ask(ADMIN_ROUTES.readAudit, { query })).status, query).toBe(400)
    }
  })

  test("goes on over as many pages as there are", async () => {
    for (let at = 0; at < 1_001; at++) await world.trust.audit.record({ event: "unblocked", actor: "admin" })
    const { body } = await ask(ADMIN_ROUTES.readAudit, { query: "?event=unblocked" })
    const ids = lines(body).map(({ id }) => id)
    expect(ids).toHaveLength(1_001)
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b))
  })
})
