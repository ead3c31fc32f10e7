import { readFile } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { BY_ITSELF } from "../../src/protocol/audit.ts"
import { createNativeClient } from "../native-client.ts"
import { createOwner } from "../owner.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let now = Date.now()
let count = 0
beforeAll(async () => {
  // As one that others can reach: there, creating takes a token.
  world = await createWorld({ host: "0.0.0.0", now: () => now })
})
afterAll(() => world.close())

const make = (name: string, of = world) => of.trust.tokens.create({ name, by: BY_ITSELF })
const create = (text?: string, of = world) =>
  createNativeClient(of.url, text === undefined ? {} : { authorization: `Bearer ${text}` }).create(
    `ses_token${++count}`,
  )

test("[N1] a server that others can reach takes what is made for it, and nothing before", async () => {
  expect((await create()).status).toBe(401)
  expect((await create("a-token-of-nobody")).status).toBe(401)
  const { text, token } = await make("first")
  expect(text).toMatch(/^bst_[0-9A-Za-z]{32}$/)
  const made = await create(text)
  expect(made.status).toBe(200)
  expect((await createNativeClient(`${world.url}/t/${text}`).create("ses_path")).status).toBe(200)
  const rows: object[] = []
  for await (const page of world.trust.audit.read({ shareID: made.body.id })) rows.push(...page)
  expect(rows).toMatchObject([{ event: "created", actor: "token:first" }])
  for (const file of ["better-share.db", "better-share.db-wal"]) {
    expect(await readFile(join(world.dataDir, file), "latin1")).not.toContain(text)
  }
  expect(JSON.stringify(await world.trust.tokens.list())).not.toContain(text)
  expect(token.name).toBe("first")
})

test("[N1] a revoked token creates nothing any more, and its name stays its own", async () => {
  const { text, token } = await make("second")
  const { body } = await create(text)
  expect(await world.trust.tokens.revoke({ id: token.id, by: BY_ITSELF })).toMatchObject({ revokedAt: now })
  expect((await create(text)).status).toBe(401)
  expect((await createNativeClient(world.url).sync(body.id, body.secret, [])).status).toBe(200)
  await expect(make("second")).rejects.toMatchObject({ code: "conflict" })
  await expect(world.trust.tokens.revoke({ id: "none", by: BY_ITSELF })).rejects.toMatchObject({
    code: "not_found",
  })
})

test("[N1] its last use is known to the minute", async () => {
  const { text, token } = await make("third")
  const lastUse = async () => (await world.trust.tokens.list()).find(({ id }) => id === token.id)?.lastUsedAt
  expect(await lastUse()).toBeUndefined()
  await create(text)
  const first = now
  now += 59_999
  await create(text)
  expect(await lastUse()).toBe(first)
  now += 1
  await create(text)
  expect(await lastUse()).toBe(now)
})

test("[N1] those of CREATE_TOKENS have names of their own, and are revoked where they stand", async () => {
  const tokens = ["first-token-of-two", "second-token-of-two"] as const
  const other = await createWorld({ createTokens: [...tokens] })
  expect((await other.trust.tokens.list()).map(({ name }) => name)).toEqual(["env-1", "env-2"])
  expect((await create(undefined, other)).status).toBe(401)
  expect((await create(tokens[1], other)).status).toBe(200)
  expect((await create((await make("beside", other)).text, other)).status).toBe(200)
  await expect(other.trust.tokens.revoke({ id: "env-1", by: BY_ITSELF })).rejects.toMatchObject({
    code: "conflict",
  })
  await other.close()
})

test("[C2] where none is needed, whoever brings one creates with it", async () => {
  const other = await createWorld()
  const { text, token } = await make("brought", other)
  expect((await create(undefined, other)).status).toBe(200)
  expect((await create("of-some-other-server", other)).status).toBe(200)
  expect(token.lastUsedAt).toBeUndefined()
  await create(text, other)
  expect((await other.trust.tokens.list())[0]?.lastUsedAt).toBeDefined()
  await other.close()
})

test("[N1] with CREATE=off nobody creates, and an owner still recovers", async () => {
  const owner = createOwner()
  const before = await createWorld()
  const prove = (action: "create" | "recover", { url }: World) =>
    owner.prove({ action, baseUrl: url, sessionID: "ses_kept" })
  const ask = async ({ url }: World, path: string, body: object) => {
    const headers = { "content-type": "application/json" }
    const response = await fetch(`${url}${path}`, { method: "POST", headers, body: JSON.stringify(body) })
    return [response.status, JSON.stringify(await response.json())] as const
  }
  const owned = { sessionId: "ses_kept", tickets: [], owner: prove("create", before) }
  expect((await ask(before, "/api/share/presign", owned))[0]).toBe(200)
  await before.stop()
  const closed = await createWorld({ dataDir: before.dataDir, trust: { create: false } })
  for (const [path, body] of [
    ["/api/share", { sessionID: "ses_1" }],
    ["/api/share/presign", { sessionId: "ses_1" }],
  ] as const) {
    expect(await ask(closed, path, body)).toEqual([403, expect.stringContaining("turned it off")])
  }
  const recovery = { sessionId: "ses_kept", owner: prove("recover", closed) }
  expect((await ask(closed, "/api/share/recover", recovery))[0]).toBe(200)
  await closed.close()
  await before.close()
})

test("[N1] with NATIVE_DOOR=off OpenCode alone is told of the plugin, which creates", async () => {
  const other = await createWorld({ trust: { nativeDoor: false } })
  const refused = await createNativeClient(other.url).create("ses_1")
  expect(refused.status).toBe(403)
  expect(JSON.stringify(refused.body)).toContain("Better Share plugin")
  const headers = { "content-type": "application/json" }
  const body = JSON.stringify({ sessionId: "ses_1", tickets: [] })
  expect((await fetch(`${other.url}/api/share/presign`, { method: "POST", headers, body })).status).toBe(200)
  await other.close()
})
