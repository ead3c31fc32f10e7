import { afterAll, beforeAll, expect, test } from "vitest"
import { ADMIN_ROUTES } from "../../src/protocol/admin-routes.ts"
import { type AdminClient, createAdminClient } from "../admin-client.ts"
import { createDirectClient } from "../direct-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let ask: AdminClient
let client: ReturnType<typeof createNativeClient>
let count = 0
beforeAll(async () => {
  world = await createWorld()
  ask = createAdminClient(world.url, (await world.trust.admin.begin()) ?? "")
  client = createNativeClient(world.url)
})
afterAll(() => world.close())

async function createShare() {
  const sessionID = `ses_admin${++count}`
  const { body } = await client.create(sessionID)
  await client.sync(body.id, body.secret, [itemsOf(sessionID).session()])
  return { ...body, sessionID }
}

test("[B4] shares are listed page by page, with size, state and token", async () => {
  const made = [await createShare(), await createShare(), await createShare()]
  const first = await ask(ADMIN_ROUTES.listShares, { query: "?limit=2" })
  const second = await ask(ADMIN_ROUTES.listShares, { query: `?limit=2&after=${first.body.next}` })
  const listed = [...first.body.shares, ...second.body.shares]
  expect(listed.map(({ id }) => id).sort()).toEqual(made.map(({ id }) => id).sort())
  expect(listed[0]).toMatchObject({ state: "active", door: "native", bytes: expect.any(Number) })
  expect(listed[0].bytes).toBeGreaterThan(0)
  expect(second.body.next).toBeUndefined()
  const { text } = await world.trust.tokens.create({ name: "of-the-list", by: { actor: "admin" } })
  const tokened = await createNativeClient(world.url, { authorization: `Bearer ${text}` }).create("ses_list")
  const found = await ask(ADMIN_ROUTES.listShares, { query: `?search=${tokened.body.id}` })
  expect(found.body.shares).toMatchObject([{ id: tokened.body.id, token: "of-the-list" }])
  for (const query of ["?limit=0", "?limit=201", "?after=x", "?state=gone"]) {
    expect((await ask(ADMIN_ROUTES.listShares, { query })).status, query).toBe(400)
  }
})

test("[B5] a share that is taken down says why, everywhere, and is gone from the store", async () => {
  const { id, secret } = await createShare()
  const before = await world.storedFiles()
  const reason = "It shows <b>somebody's</b> address."
  const taken = await ask(ADMIN_ROUTES.takeDownShare, { params: { id }, body: { reason } })
  expect(taken.body.receipt).toMatchObject({ shareID: id, objects: 1 })
  expect(await world.storedFiles()).toHaveLength(before.length - 1)
  const page = await fetch(`${world.url}/share/${id}`)
  const html = await page.text()
  expect(page.status).toBe(410)
  expect(html).toContain(
    "taken down by whoever runs this server: It shows &lt;b&gt;somebody&#39;s&lt;/b&gt; address.",
  )
  for (const path of [`/api/share/${id}/data`, `/api/share/${id}/metadata`, `/api/share/${id}/events`]) {
    const answer = await fetch(`${world.url}${path}`)
    expect([answer.status, (await answer.json()).error.message], path).toEqual([
      410,
      expect.stringContaining(reason),
    ])
  }
  const sync = await client.sync(id, secret, [itemsOf("ses_x").session()])
  expect([sync.status, JSON.stringify(sync.body)]).toEqual([410, expect.stringContaining("taken down")])
  await ask(ADMIN_ROUTES.takeDownShare, { params: { id }, body: { reason: "another" } })
  const listed = await ask(ADMIN_ROUTES.listShares, { query: `?search=${id}` })
  expect(listed.body.shares).toMatchObject([{ state: "revoked", reason }])
  const audit = await ask(ADMIN_ROUTES.readAudit, { query: `?share=${id}&event=taken_down` })
  expect(JSON.parse(audit.body)).toMatchObject({ actor: "admin", details: { reason } })
  expect((await ask(ADMIN_ROUTES.takeDownShare, { params: { id }, body: {} })).status).toBe(400)
  const nobody = { params: { id: "no-such-share" }, body: { reason } }
  expect((await ask(ADMIN_ROUTES.takeDownShare, nobody)).status).toBe(404)
})

test("[B5] an id that its client brought does not come back after a take-down", async () => {
  const direct = createDirectClient(world.url)
  const reserve = () => direct.reserve({ shareId: "an-id-of-my-own", sessionId: "ses_own", tickets: [] })
  const { body } = await reserve()
  await direct.remove(body.shareId, body.secret)
  expect((await reserve()).status).toBe(200)
  await ask(ADMIN_ROUTES.takeDownShare, { params: { id: "an-id-of-my-own" }, body: { reason: "spam" } })
  expect((await reserve()).status).toBe(409)
})

test("[B6] new secrets open a share, and the old ones nothing", async () => {
  const { id, secret, sessionID } = await createShare()
  const { body } = await ask(ADMIN_ROUTES.reissueSecret, { params: { id } })
  const item = itemsOf(sessionID).user("msg_1")
  expect((await client.sync(id, secret, [item])).status).toBe(404)
  expect((await client.sync(id, body.secret, [item])).status).toBe(200)
  expect(body.deleteSecret).toBeUndefined()
  const direct = createDirectClient(world.url)
  const reserved = await direct.reserve({ sessionId: "ses_reissued", tickets: [] })
  const of = { params: { id: reserved.body.shareId } }
  const renewed = await ask(ADMIN_ROUTES.reissueSecret, of)
  expect((await direct.presign(of.params.id, reserved.body.secret, { tickets: [] })).status).toBe(404)
  expect((await direct.presign(of.params.id, renewed.body.deleteSecret, { tickets: [] })).status).toBe(404)
  expect((await direct.presign(of.params.id, renewed.body.secret, { tickets: [] })).status).toBe(200)
  expect((await direct.remove(of.params.id, renewed.body.deleteSecret)).status).toBe(200)
  expect((await ask(ADMIN_ROUTES.reissueSecret, of)).status).toBe(410)
  expect((await ask(ADMIN_ROUTES.reissueSecret, { params: { id: "no-such-share" } })).status).toBe(404)
})

test("[B7] the overview counts what there is", async () => {
  const before = (await ask(ADMIN_ROUTES.readOverview)).body
  await createShare()
  const after = (await ask(ADMIN_ROUTES.readOverview)).body
  expect(after.shares.active).toBe(before.shares.active + 1)
  expect(after.storage.segments).toBe(before.storage.segments + 1)
  expect(after.storage.bytes).toBeGreaterThan(before.storage.bytes)
  expect(after.waiting).toEqual({ deletions: expect.any(Number), superseded: 0, webhook: 0 })
})
