import { afterAll, beforeAll, expect, test } from "vitest"
import { databaseFile } from "../../src/host/data-dir.ts"
import { ADMIN_ROUTES } from "../../src/protocol/admin-routes.ts"
import { openSqliteStore } from "../../src/storage/meta/sqlite.ts"
import { type AdminClient, createAdminClient } from "../admin-client.ts"
import { createDirectClient } from "../direct-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createOwner } from "../owner.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let ask: AdminClient
let now = Date.now()
let count = 0
beforeAll(async () => {
  world = await createWorld({ now: () => now })
  ask = createAdminClient(world.url, (await world.trust.admin.begin()) ?? "")
})
afterAll(() => world.close())

const clientOf = (text?: string) =>
  createNativeClient(world.url, text === undefined ? {} : { authorization: `Bearer ${text}` })
const block = (body: object) => ask(ADMIN_ROUTES.addBlock, { body })
const unblock = (body: object) => ask(ADMIN_ROUTES.removeBlock, { body })
const item = itemsOf("ses_block").user("msg_1")

test("[B8] a blocked address neither creates nor changes, and reads and deletes as before", async () => {
  const client = clientOf()
  const direct = createDirectClient(world.url)
  const { body } = await client.create(`ses_block${++count}`)
  const put = (await direct.reserve({ sessionId: "ses_put" })).body
  expect(
    (await block({ kind: "address", value: "127.0.0.9/8", reason: "too loud" })).body.block,
  ).toMatchObject({
    value: "127.0.0.0/8",
    reason: "too loud",
  })
  const refused = await client.create("ses_1")
  expect([refused.status, JSON.stringify(refused.body)]).toEqual([403, expect.stringContaining("(too loud)")])
  expect((await client.sync(body.id, body.secret, [item])).status).toBe(403)
  expect((await direct.reserve({ sessionId: "ses_2" })).status).toBe(403)
  expect((await direct.presign(put.shareId, put.secret)).status).toBe(403)
  const upload = await fetch(put.presignedUrl ?? "", {
    method: "PUT",
    headers: put.headers ?? {},
    body: "{}",
  })
  expect(upload.status).toBe(403)
  expect((await client.data(body.id)).status).toBe(200)
  expect((await client.remove(body.id, body.secret)).status).toBe(200)
  await unblock({ kind: "address", value: "127.0.0.1/8" })
  expect((await client.create(`ses_block${++count}`)).status).toBe(200)
  await block({ kind: "address", value: "192.0.2.0/24" })
  expect((await client.create(`ses_block${++count}`)).status).toBe(200)
})

test("[B8] a blocked token creates nothing, and its shares are not changed by whoever has their secrets", async () => {
  const { token, text } = await world.trust.tokens.create({ name: "loud", by: { actor: "admin" } })
  const { body } = await clientOf(text).create("ses_loud")
  await block({ kind: "token", value: token.id })
  expect((await clientOf(text).create("ses_loud2")).status).toBe(403)
  expect((await clientOf().sync(body.id, body.secret, [item])).status).toBe(403)
  // Who has no secret learns nothing of it.
  expect((await clientOf().sync(body.id, "wrong", [item])).status).toBe(404)
  expect((await clientOf().data(body.id)).status).toBe(200)
  await unblock({ kind: "token", value: token.id })
  expect((await clientOf().sync(body.id, body.secret, [item])).status).toBe(200)
})

test("[B8] a blocked owner's key neither creates, recovers nor writes, with whatever token", async () => {
  const owner = createOwner()
  const direct = createDirectClient(world.url)
  const prove = (action: "create" | "recover") =>
    owner.prove({ action, baseUrl: world.url, sessionID: "ses_owner" })
  const create = () => direct.reserve({ sessionId: "ses_owner", tickets: [], owner: prove("create") })
  const { body } = await create()
  const { body: list } = await ask(ADMIN_ROUTES.listShares, { query: `?search=${body.shareId}` })
  const { creator } = list.shares[0]
  await block({ kind: "creator", value: creator })
  expect((await create()).status).toBe(403)
  expect((await direct.recover({ sessionId: "ses_owner", owner: prove("recover") })).status).toBe(403)
  expect((await direct.presign(body.shareId, body.secret, { tickets: [] })).status).toBe(403)
  expect((await direct.pass(body.shareId, body.secret, {})).status).toBe(403)
  expect((await direct.manifest(body.shareId, body.secret)).status).toBe(200)
  expect((await direct.remove(body.shareId, body.secret)).status).toBe(200)
  await unblock({ kind: "creator", value: creator })
})

test("[B8] another node hears of a block within a second", async () => {
  const client = clientOf()
  await client.create(`ses_block${++count}`)
  // Past this node's memory, as another does it.
  const store = await openSqliteStore({ file: databaseFile(world.dataDir), migrate: false })
  const of = { kind: "address", value: "127.0.0.1", reason: undefined, createdAt: now } as const
  await store.trust.addBlock(of, { at: now, event: "blocked", actor: "admin" })
  now += 1_000
  expect((await client.create(`ses_block${++count}`)).status).toBe(403)
  await store.trust.removeBlock(of, { at: now, event: "unblocked", actor: "admin" })
  await store.close()
  now += 1_000
  expect((await client.create(`ses_block${++count}`)).status).toBe(200)
})

test("[B8] blocks are listed, recorded, and named right", async () => {
  await block({ kind: "address", value: "2001:DB8:0::1" })
  const { body } = await ask(ADMIN_ROUTES.listBlocks)
  expect(body.blocks.map(({ value }: { value: string }) => value)).toContain("2001:db8::1")
  const audit = await ask(ADMIN_ROUTES.readAudit, { query: "?event=blocked" })
  expect(audit.body).toContain(`"details":{"kind":"address","value":"2001:db8::1"}`)
  for (const [wrong, status] of [
    [{ kind: "address", value: "localhost" }, 400],
    [{ kind: "address", value: "10.0.0.0/33" }, 400],
    [{ kind: "creator", value: "short" }, 400],
    [{ kind: "everybody", value: "x" }, 400],
    [{ kind: "token", value: "nobody" }, 404],
  ] as const) {
    expect((await block(wrong)).status, JSON.stringify(wrong)).toBe(status)
  }
  expect((await unblock({ kind: "address", value: "10.0.0.1" })).status).toBe(404)
})
