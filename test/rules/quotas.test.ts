import { randomBytes } from "node:crypto"
import { afterEach, expect, test } from "vitest"
import type { Item } from "../../src/protocol/item.ts"
import type { ReserveAnswer } from "../../src/protocol/routes.ts"
import { claimOf, createDirectClient, pack, put, wishOf } from "../direct-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World, type WorldOptions } from "../world.ts"

const KiB = 1024
const MiB = 1024 * KiB

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

async function start(options: WorldOptions) {
  world = await createWorld(options)
  return { world, native: createNativeClient(world.url), direct: createDirectClient(world.url) }
}

/** What cannot be compressed: a part that comes to about so many bytes as stored. */
const part = (sessionID: string, id: string, bytes: number) =>
  itemsOf(sessionID).text("msg_1", id, randomBytes(bytes).toString("base64"))

async function putPlain(ticket: ReserveAnswer, sessionID: string, bytes: number): Promise<number> {
  const { session, user } = itemsOf(sessionID)
  const messages = [{ info: user("msg_1").data, parts: [part(sessionID, "prt_1", bytes).data] }]
  const { presignedUrl: url = "", headers = {} } = ticket
  return put({ url, headers }, JSON.stringify({ session: session().data, messages }))
}

const said = ({ status, body }: { status: number; body: { error?: { code: string; message: string } } }) => [
  status,
  body.error?.code,
]

test("[Q12] a creator's syncs are taken up to the quota; what is there stays, is read and is deleted", async () => {
  const { world, native } = await start({ maxOwnerBytes: 100 * KiB })
  const [one, two] = [(await native.create("ses_1")).body, (await native.create("ses_2")).body]
  const kept = part("ses_1", "prt_1", 60 * KiB)
  expect((await native.sync(one.id, one.secret, [kept])).status).toBe(200)
  const stored = await world.storedFiles()
  const refused = await native.sync(two.id, two.secret, [part("ses_2", "prt_1", 60 * KiB)])
  expect(said(refused)).toEqual([413, "quota_exceeded"])
  expect(refused.body.error?.message).toMatch(/^Your shares come to as much .* \(100 KiB\)\. .*ask who runs/)
  expect(await world.storedFiles()).toEqual(stored)
  expect((await native.data(two.id)).body).toEqual([])
  expect((await native.data(one.id)).body).toEqual([kept])
  expect((await native.sync(two.id, two.secret, [part("ses_2", "prt_2", 20 * KiB)])).status).toBe(200)
  expect((await native.remove(one.id, one.secret)).status).toBe(200)
  expect((await native.sync(two.id, two.secret, [part("ses_2", "prt_1", 60 * KiB)])).status).toBe(200)
})

test("[Q12] when it is used up, as by a plain object, nothing is created; a sync that brings nothing new is no fault", async () => {
  const { native, direct } = await start({ maxOwnerBytes: MiB })
  const { id, secret } = (await native.create("ses_1")).body
  // A plain object is taken in by the store, and may so go beyond.
  const { body: plain } = await direct.reserve({ sessionId: "ses_plain" })
  const items = [part("ses_1", "prt_1", 10 * KiB)]
  await native.sync(id, secret, items)
  expect(await putPlain(plain, "ses_plain", MiB)).toBe(200)
  expect((await native.data(plain.shareId)).status).toBe(200)

  expect((await native.sync(id, secret, items)).status).toBe(200)
  expect(said(await native.sync(id, secret, [part("ses_1", "prt_2", 1)]))).toEqual([413, "quota_exceeded"])
  expect(said(await native.create("ses_2"))).toEqual([413, "quota_exceeded"])
  expect(said(await direct.reserve({ sessionId: "ses_2" }))).toEqual([413, "quota_exceeded"])
  expect(said(await direct.presign(plain.shareId, plain.secret))).toEqual([413, "quota_exceeded"])
  expect((await native.data(id)).body).toEqual(items)
  expect((await native.data(plain.shareId)).status).toBe(200)
  expect((await direct.remove(plain.shareId, plain.secret)).status).toBe(200)
  expect((await native.create("ses_2")).status).toBe(200)
})

test("[Q12] tokens have quotas of their own", async () => {
  const [mine, theirs] = ["a-token-of-the-team", "another-of-their-tokens"]
  const { world } = await start({ maxOwnerBytes: 50 * KiB, createTokens: [mine, theirs] })
  const fill = async (token: string) => {
    const client = createNativeClient(`${world.url}/t/${token}`)
    const { id, secret } = (await client.create("ses_1")).body
    return (await client.sync(id, secret, [part("ses_1", "prt_1", 40 * KiB)])).status
  }
  expect([await fill(mine), await fill(mine), await fill(theirs)]).toEqual([200, 413, 200])
})

test("[Q12] all together have one too, and the message says that it is nobody's own", async () => {
  const tokens = ["a-token-of-the-team", "another-of-their-tokens"]
  const { world } = await start({ maxTotalBytes: 50 * KiB, createTokens: tokens })
  const [first, second] = tokens.map((token) => createNativeClient(`${world.url}/t/${token}`))
  if (!first || !second) throw new Error("two clients")
  const { id, secret } = (await first.create("ses_1")).body
  const other = (await second.create("ses_2")).body
  expect((await first.sync(id, secret, [part("ses_1", "prt_1", 40 * KiB)])).status).toBe(200)
  const refused = await second.sync(other.id, other.secret, [part("ses_2", "prt_1", 20 * KiB)])
  expect(said(refused)).toEqual([413, "quota_exceeded"])
  expect(refused.body.error?.message).toMatch(/^This server is full: .*50 KiB.* Ask who runs it/)
  await first.remove(id, secret)
  expect((await second.sync(other.id, other.secret, [part("ses_2", "prt_1", 20 * KiB)])).status).toBe(200)
})

test("[Q12] the direct door refuses tickets and commits beyond it, and takes a merge that makes room", async () => {
  const { direct } = await start({ maxOwnerBytes: 100 * KiB })
  const big = (id: string, bytes: number) => pack([part("ses_1", id, bytes)])
  const { body: share } = await direct.reserve({ sessionId: "ses_1", tickets: [] })
  const presign = (body: unknown) => direct.presign(share.shareId, share.secret, body)
  async function uploaded(packed: ReturnType<typeof pack>) {
    const [ticket] = (await presign({ tickets: [wishOf(packed)] })).body.tickets
    if (!ticket) throw new Error("no ticket")
    await put(ticket, packed.body)
    return claimOf(ticket, packed)
  }
  expect(said(await presign({ tickets: [wishOf(big("prt_x", 110 * KiB))] }))).toEqual([413, "quota_exceeded"])
  const claims = [
    await uploaded(big("prt_1", 60 * KiB)),
    await uploaded(big("prt_2", 35 * KiB)),
    await uploaded(big("prt_3", 60 * KiB)),
  ]
  const commit = async (at: number) => presign({ commit: { segments: [claims[at]] } })
  const [first, second, third] = [await commit(0), await commit(1), await commit(2)]
  expect([first.status, second.status, ...said(third)]).toEqual([200, 200, 413, "quota_exceeded"])
  expect((await direct.manifest(share.shareId, share.secret)).body.segments).toHaveLength(2)
  const merged = await uploaded(big("prt_1", 70 * KiB))
  const { epoch } = second.body
  const replaces = [claims[0]?.segment, claims[1]?.segment]
  expect((await presign({ merge: { replaces, epoch, segment: merged } })).status).toBe(200)
  expect((await presign({ tickets: [wishOf(big("prt_4", 20 * KiB))] })).status).toBe(200)
})

test("[Q12] an id that its client brings is not taken by a creation that is refused", async () => {
  const { direct } = await start({ maxOwnerBytes: 100 * KiB })
  const items: Item[] = [part("ses_1", "prt_1", 200 * KiB)]
  const reserve = (tickets: unknown) =>
    direct.reserve({ sessionId: "ses_1", shareId: "an-id-of-my-own", tickets })
  expect(said(await reserve([wishOf(pack(items))]))).toEqual([413, "quota_exceeded"])
  expect((await reserve([])).status).toBe(200)
})
