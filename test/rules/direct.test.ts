import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest"
import { createLog } from "../../src/host/log.ts"
import type { Item } from "../../src/protocol/item.ts"
import { claimOf, createDirectClient, pack, packText, put, unpack, wishOf } from "../direct-client.ts"
import { readEvents } from "../event-source.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

const HOUR = 3600_000
const DAY = 24 * HOUR

let world: World
let client: ReturnType<typeof createDirectClient>
let native: ReturnType<typeof createNativeClient>
let ahead = 0
let count = 0
beforeAll(async () => {
  world = await createWorld({ now: () => Date.now() + ahead })
  client = createDirectClient(world.url)
  native = createNativeClient(world.url)
})
afterAll(() => world.close())

/** A share of segments, with nothing in it. */
async function newShare() {
  const sessionId = `ses_${++count}`
  const { body } = await client.reserve({ sessionId, tickets: [] })
  return { id: body.shareId, sessionId, ...body, ...itemsOf(sessionId) }
}

async function upload(share: { id: string; secret: string }, items: Item[]) {
  const packed = pack(items)
  const { body } = await client.presign(share.id, share.secret, { tickets: [wishOf(packed)] })
  const [ticket] = body.tickets
  if (!ticket) throw new Error(`no ticket: ${JSON.stringify(body)}`)
  expect(await put(ticket, packed.body)).toBe(200)
  return { ticket, packed, claim: claimOf(ticket, packed) }
}

async function sync(share: { id: string; secret: string }, items: Item[]) {
  const { claim } = await upload(share, items)
  return client.presign(share.id, share.secret, { commit: { segments: [claim] } })
}

const METADATA = {
  title: "Told by the client",
  directory: "/home/dev",
  messageCount: 3,
  partCount: 4,
  diffCount: 1,
  modelCount: 2,
}

describe("creating", () => {
  test("[P1] answers an id, a link, two secrets and, for the plain form, where to put it", async () => {
    const { status, body } = await client.reserve({ sessionId: "ses_create" })
    expect(status).toBe(200)
    expect(body.shareId).toMatch(/^[A-Za-z0-9]{22}$/)
    expect(body.url).toBe(`${world.url}/share/${body.shareId}`)
    for (const secret of [body.secret, body.deleteSecret]) expect(secret).toMatch(/^[A-Za-z0-9_-]{32}$/)
    expect(body.secret).not.toBe(body.deleteSecret)
    expect(body.presignedUrl).toContain(`/sessions/`)
    const inAnHour = Date.now() + 3600_000
    expect(Math.abs(Date.parse(body.expiresAt ?? "") - inAnHour)).toBeLessThan(5_000)
  })

  test("[P1] with tickets it answers those, and no place for a plain object", async () => {
    const packed = pack([itemsOf("ses_first").session()])
    const { body } = await client.reserve({ sessionId: "ses_first", tickets: [wishOf(packed)] })
    expect(body.presignedUrl).toBeUndefined()
    expect(body.tickets).toHaveLength(1)
    const [ticket] = body.tickets
    expect(ticket && (await put(ticket, packed.body))).toBe(200)
    const commit = { segments: [claimOf(ticket ?? { segment: "" }, packed)] }
    expect((await client.presign(body.shareId, body.secret, { commit })).body.revision).toBe(1)
  })

  test("[P2] an id that the client brings is its own, and then taken", async () => {
    const { body } = await client.reserve({ shareId: "my_own-id", sessionId: "ses_own" })
    expect(body.shareId).toBe("my_own-id")
    const again = await client.reserve({ shareId: "my_own-id", sessionId: "ses_own" })
    expect(again.status).toBe(409)
    expect(again.body.error?.message).toContain("my_own-id is taken")
  })

  test.each(["short", "x".repeat(65), "has.dot.in.it", "umläute12", "a/b/c/d/e"])(
    "[P2] an id such as %s is refused",
    async (shareId) => {
      const { status, body } = await client.reserve({ shareId, sessionId: "ses_bad" })
      expect([status, body.error?.code]).toEqual([400, "invalid_request"])
    },
  )

  test("[P2] of many who want the same id at once, one gets it", async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => client.reserve({ shareId: "wanted_by_all", sessionId: "ses_all" })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(19).fill(409)])
  })

  test("[P2] an id is free again after a day without an upload, and not before", async () => {
    const reserve = () => client.reserve({ shareId: "left_alone", sessionId: "ses_left" })
    const first = (await reserve()).body
    ahead = DAY - 60_000
    expect((await reserve()).status).toBe(409)
    ahead = DAY + 60_000
    // Its ticket was good for another hour.
    expect((await reserve()).status).toBe(409)
    ahead = DAY + HOUR + 60_000
    const second = await reserve()
    ahead = 0
    expect(second.status).toBe(200)
    expect((await client.presign("left_alone", first.secret)).status).toBe(404)
    expect((await client.presign("left_alone", second.body.secret)).status).toBe(200)
  })

  test("[P2] an id whose client has just asked for a ticket is not free, however old it is", async () => {
    const reserve = () => client.reserve({ shareId: "still_wanted", sessionId: "ses_still", tickets: [] })
    const { secret } = (await reserve()).body
    ahead = 3 * DAY
    const packed = pack([itemsOf("ses_still").session()])
    const { body } = await client.presign("still_wanted", secret, { tickets: [wishOf(packed)] })
    const taken = await reserve()
    ahead = 0
    expect(body.tickets).toHaveLength(1)
    expect(taken.status).toBe(409)
  })

  test("[P2] an id that the server made is nobody else's, however long it is left alone", async () => {
    const { body } = await client.reserve({ sessionId: "ses_made", tickets: [] })
    ahead = 30 * DAY
    const taken = await client.reserve({ shareId: body.shareId, sessionId: "ses_made", tickets: [] })
    ahead = 0
    expect(taken.status).toBe(409)
    expect((await client.presign(body.shareId, body.secret, { tickets: [] })).status).toBe(200)
  })

  test("[P2] a day does not free an id that was put to use, seen or unseen", async () => {
    const { body } = await client.reserve({ shareId: "put_to_use", sessionId: "ses_use" })
    expect(await put({ url: body.presignedUrl ?? "", headers: body.headers ?? {} }, "{}")).toBe(200)
    ahead = 3 * DAY
    const again = await client.reserve({ shareId: "put_to_use", sessionId: "ses_use" })
    ahead = 0
    expect(again.status).toBe(409)
  })

  test("[P2] nor an id that the server gave to a share of the native door", async () => {
    const { body } = await native.create("ses_unsynced")
    ahead = DAY + 60_000
    const taken = await client.reserve({ shareId: body.id, sessionId: "ses_unsynced" })
    ahead = 0
    expect(taken.status).toBe(409)
  })

  test("[P2] a removed share's id goes to its creator alone, without anything of before", async () => {
    const first = (await client.reserve({ shareId: "said_again", sessionId: "ses_a", tickets: [] })).body
    const { session, user } = itemsOf("ses_a")
    const old = await upload({ id: "said_again", secret: first.secret }, [session(), user("msg_old")])
    await client.presign("said_again", first.secret, { commit: { segments: [old.claim] } })
    expect((await client.remove("said_again", first.secret)).status).toBe(200)

    const second = (await client.reserve({ shareId: "said_again", sessionId: "ses_b", tickets: [] })).body
    const page = await client.call("GET", "/share/said_again")
    expect(page.status).toBe(200)
    expect((await native.data("said_again")).body).toEqual([])
    // The old secret opens nothing, and the old object is nobody's.
    expect((await client.presign("said_again", first.secret, { tickets: [] })).status).toBe(404)
    expect((await client.remove("said_again", first.secret)).status).toBe(404)
    const stale = await client.presign("said_again", second.secret, { commit: { segments: [old.claim] } })
    expect(stale.status).toBe(409)
    const fresh = await sync({ id: "said_again", secret: second.secret }, [itemsOf("ses_b").session()])
    expect(fresh.body.revision).toBeGreaterThan(1)
    expect((await native.data("said_again")).body).toEqual([itemsOf("ses_b").session()])
  })

  test("[P2] nobody else gets it", async () => {
    const guarded = await createWorld({ createTokens: ["a".repeat(16), "b".repeat(16)] })
    try {
      const reserveAs = (token: string) =>
        createNativeClient(guarded.url, { authorization: `Bearer ${token.repeat(16)}` }).call<{
          secret: string
        }>("POST", "/api/share/presign", { shareId: "with_a_token", sessionId: "ses_1" })
      const { body } = await reserveAs("a")
      await createDirectClient(guarded.url).remove("with_a_token", body.secret)
      expect((await reserveAs("b")).status).toBe(409)
      expect((await reserveAs("a")).status).toBe(200)
      expect((await createDirectClient(guarded.url).reserve({ sessionId: "ses_1" })).status).toBe(401)
    } finally {
      await guarded.close()
    }
  })
})

describe("committing", () => {
  test("[P4] what was put and committed is on the page, in data and in metadata", async () => {
    const share = await newShare()
    const items = [share.session({ title: "Straight to the store" }), share.user("msg_1")]
    const words = share.text("msg_1", "prt_1", "these words went past the server")
    const { claim } = await upload(share, [...items, words])
    expect((await native.data(share.id)).body).toEqual([])
    const { status, body } = await client.presign(share.id, share.secret, {
      commit: { segments: [claim], metadata: METADATA },
    })
    expect([status, body.revision]).toEqual([200, 1])
    expect((await native.data(share.id)).body).toEqual([...items, words])
    expect((await client.call("GET", `/share/${share.id}`)).text).toContain("these words went past")
    expect((await client.call("GET", `/api/share/${share.id}/metadata`)).body).toMatchObject({
      ...METADATA,
      sessionID: share.sessionId,
      syncCount: 1,
      revision: 1,
      viewers: 0,
    })
  })

  test("[P4] who watches sees it", async () => {
    const share = await newShare()
    await sync(share, [share.session()])
    const reader = await readEvents(`${world.url}/api/share/${share.id}/events?revision=1`)
    onTestFinished(() => reader.close())
    await sync(share, [share.text("msg_1", "prt_1", "live words")])
    const { data } = await reader.waitForEvent("the commit", ({ id }) => id === 2)
    expect(JSON.stringify(data)).toContain("live words")
  })

  test("[P4] a NUL in what a client says of its share is left out", async () => {
    const share = await newShare()
    const { claim } = await upload(share, [share.session()])
    const metadata = { ...METADATA, title: "A\0 title", directory: "/home\0/dev" }
    const { status } = await client.presign(share.id, share.secret, {
      commit: { segments: [claim], metadata },
    })
    expect(status).toBe(200)
    expect((await client.call("GET", `/api/share/${share.id}/metadata`)).body).toMatchObject({
      title: "A title",
      directory: "/home/dev",
    })
  })

  test("[P4] a later commit without metadata leaves it", async () => {
    const share = await newShare()
    const { claim } = await upload(share, [share.session()])
    await client.presign(share.id, share.secret, { commit: { segments: [claim], metadata: METADATA } })
    await sync(share, [share.user("m")])
    expect((await client.call("GET", `/api/share/${share.id}/metadata`)).body).toMatchObject({
      ...METADATA,
      syncCount: 2,
    })
  })

  test("[P4] commit and the next tickets are one request: two requests a sync", async () => {
    const share = await newShare()
    const batches = Array.from({ length: 5 }, (_, i) => pack([share.user(`msg_${i}`)]))
    let { body } = await client.presign(share.id, share.secret, { tickets: batches.slice(0, 1).map(wishOf) })
    let requests = 0
    for (const [i, packed] of batches.entries()) {
      const [ticket] = body.tickets
      if (!ticket) throw new Error("no ticket")
      await put(ticket, packed.body)
      const next = batches.slice(i + 1, i + 2).map(wishOf)
      const commit = { segments: [claimOf(ticket, packed)] }
      body = (await client.presign(share.id, share.secret, { commit, tickets: next })).body
      requests += 2
    }
    expect(requests).toBe(2 * batches.length)
    expect(body.revision).toBe(5)
    expect((await native.data(share.id)).body).toHaveLength(5)
  })

  test("[P4] repeating a commit changes nothing, also side by side", async () => {
    const share = await newShare()
    const { claim } = await upload(share, [share.session()])
    const commit = { commit: { segments: [claim], metadata: METADATA } }
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => client.presign(share.id, share.secret, commit)),
    )
    expect(answers.map(({ status, body }) => [status, body.revision])).toEqual(Array(10).fill([200, 1]))
    expect((await client.call("GET", `/api/share/${share.id}/metadata`)).body).toMatchObject({ syncCount: 1 })
  })

  test("[P4] several segments commit together or not at all", async () => {
    const share = await newShare()
    const [a, b] = [await upload(share, [share.session()]), await upload(share, [share.user("m")])]
    const missing = { ...b.claim, segment: `${crypto.randomUUID()}.${b.claim.sha256}` }
    const refused = await client.presign(share.id, share.secret, {
      commit: { segments: [a.claim, missing] },
    })
    expect(refused.status).toBe(409)
    expect((await native.data(share.id)).body).toEqual([])
    const { body } = await client.presign(share.id, share.secret, {
      commit: { segments: [a.claim, b.claim] },
    })
    expect(body.revision).toBe(2)
    expect((await native.data(share.id)).body).toHaveLength(2)
  })

  test("[P4] refuses what is not there, is of another size or of another hash", async () => {
    const share = await newShare()
    const { claim } = await upload(share, [share.session()])
    const other = pack([share.user("m")])
    const commits = {
      "is not there": { ...claim, segment: `${crypto.randomUUID()}.${claim.sha256}` },
      "has another SHA-256": { ...claim, sha256: other.sha256 },
      [`not ${claim.bytes + 1}`]: { ...claim, bytes: claim.bytes + 1 },
    }
    for (const [message, segment] of Object.entries(commits)) {
      const { status, body } = await client.presign(share.id, share.secret, {
        commit: { segments: [segment] },
      })
      expect([status, body.error?.code], message).toEqual([409, "conflict"])
      expect(body.error?.message).toContain(message)
    }
    expect((await native.data(share.id)).body).toEqual([])
  })

  test("[P4] refuses another share's segment", async () => {
    const [mine, other] = [await newShare(), await newShare()]
    const { claim } = await upload(other, [other.session()])
    expect((await client.presign(mine.id, mine.secret, { commit: { segments: [claim] } })).status).toBe(409)
  })

  test("[P4] refuses what was put more than an hour ago", async () => {
    const share = await newShare()
    const { claim } = await upload(share, [share.session()])
    ahead = 3601_000
    const late = await client.presign(share.id, share.secret, { commit: { segments: [claim] } })
    ahead = 0
    expect(late.status).toBe(409)
    expect(late.body.error?.message).toContain("too long ago")
  })

  test("[P3] a ticket is for one body, once", async () => {
    const share = await newShare()
    const { ticket, packed } = await upload(share, [share.session()])
    expect(await put(ticket, packed.body)).toBe(409)
    const other = pack([share.session({ title: "quite another one" })])
    const { body } = await client.presign(share.id, share.secret, { tickets: [wishOf(packed)] })
    expect(await put(body.tickets[0] ?? ticket, other.body)).toBeGreaterThanOrEqual(400)
  })

  test.each([
    ["no secret", undefined],
    ["a wrong one", "x".repeat(32)],
  ])("[S6] with %s nothing is told and nothing done", async (_, secret) => {
    const share = await newShare()
    const { claim } = await upload(share, [share.session()])
    const headers = secret === undefined ? {} : { "x-share-secret": secret }
    const stranger = createNativeClient(world.url, headers)
    const body = { commit: { segments: [claim] }, tickets: [] }
    const at = (id: string) => stranger.call("POST", `/api/share/${id}/presign`, body)
    const refused = await at(share.id)
    expect(refused.status).toBe(secret === undefined ? 400 : 404)
    expect(refused.text).toBe((await at("x".repeat(22))).text)
    expect((await native.data(share.id)).body).toEqual([])
  })

  test("[P1] the second secret deletes, and does nothing else", async () => {
    const share = await newShare()
    await sync(share, [share.session()])
    expect((await client.presign(share.id, share.deleteSecret, { tickets: [] })).status).toBe(404)
    expect((await client.manifest(share.id, share.deleteSecret)).status).toBe(404)
    expect((await native.remove(share.id, share.deleteSecret)).status).toBe(200)
    expect((await native.data(share.id)).status).toBe(410)
  })

  test.each([
    ["too many segments", { tickets: Array(17).fill({ bytes: 1, sha256: "a".repeat(64) }) }],
    ["no bytes", { tickets: [{ bytes: 0, sha256: "a".repeat(64) }] }],
    ["more bytes than a segment may have", { tickets: [{ bytes: 2 ** 40, sha256: "a".repeat(64) }] }],
    ["a hash that is none", { tickets: [{ bytes: 1, sha256: "A".repeat(64) }] }],
    ["a path for a name", { commit: { segments: [{ segment: "../../x" }] } }],
    ["counts below nothing", { commit: { segments: [], metadata: { ...METADATA, partCount: -1 } } }],
    ["an empty commit", { commit: { segments: [] } }],
  ])("[P4] %s: 400", async (_, body) => {
    const share = await newShare()
    const refused = await client.presign(share.id, share.secret, body)
    expect([refused.status, refused.body.error?.code]).toEqual([400, "invalid_request"])
  })
})

describe("one door a share", () => {
  test("[P6] a native sync to a share of the direct door is refused, its deletion is not", async () => {
    const share = await newShare()
    await sync(share, [share.session()])
    const refused = await native.sync(share.id, share.secret, [share.user("unredacted")])
    expect([refused.status, refused.body.error?.code]).toEqual([409, "conflict"])
    expect((await native.data(share.id)).body).toHaveLength(1)
    expect((await native.remove(share.id, share.secret)).status).toBe(200)
  })

  test("[P6] a share of the native door takes no uploads", async () => {
    const { body } = await native.create("ses_native")
    for (const request of [undefined, { tickets: [] }]) {
      const refused = await client.presign(body.id, body.secret, request)
      expect([refused.status, refused.body.error?.code]).toEqual([409, "conflict"])
    }
  })

  test("[C4] a native creation does not get a share of the direct door", async () => {
    const { body } = await client.reserve({ sessionId: "ses_both", tickets: [] })
    expect((await native.create("ses_both")).body.id).not.toBe(body.shareId)
  })
})

describe("what clients put", () => {
  test.each([
    ["is not JSON", () => packText("not json\n", 1)],
    ["is no item", () => packText('{"type":"message","data":{}}\n', 1)],
    ["ends within a line", () => packText('{"type":"a","data":1}\n{"type"', 1)],
    ["has a line longer than an item may be", () => pack([{ type: "note", data: "a".repeat(17 << 20) }])],
    [
      "has an item of too many values",
      () => pack([{ type: "note", data: { id: "n", x: Array(250_000).fill([]) } }]),
    ],
    [
      "nests too deep",
      () => packText(`{"type":"note","data":${"[".repeat(100_000)}${"]".repeat(100_000)}}\n`, 1),
    ],
    [
      "unpacks to more than it claims",
      () => ({ ...pack([{ type: "note", data: "a".repeat(100_000) }]), contentBytes: 1000 }),
    ],
  ])("[P7] %s: 422 for readers, and a clear page", async (_, make) => {
    const share = await newShare()
    const packed = make()
    const { body } = await client.presign(share.id, share.secret, { tickets: [wishOf(packed)] })
    const [ticket] = body.tickets
    if (!ticket) throw new Error("no ticket")
    await put(ticket, packed.body)
    const commit = { segments: [claimOf(ticket, packed)] }
    expect((await client.presign(share.id, share.secret, { commit })).status).toBe(200)
    const data = await native.data(share.id)
    expect([data.status, data.body.error?.code]).toEqual([422, "unreadable"])
    const page = await client.call("GET", `/share/${share.id}`)
    expect(page.status).toBe(422)
    expect(page.text).toContain("cannot be read: ")
    // And can be mended: one segment is replaced by another.
    const { claim } = await upload(share, [share.session({ title: "mended" })])
    const replaces = [ticket.segment]
    const merge = { replaces, epoch: 0, segment: claim }
    expect((await client.presign(share.id, share.secret, { merge })).status).toBe(200)
    expect((await native.data(share.id)).body).toEqual([share.session({ title: "mended" })])
    expect((await client.remove(share.id, share.secret)).status).toBe(200)
  })

  test("[P7] what takes many times its text in memory is not shown, whichever door it came by", async () => {
    const small = await createWorld({ maxShareBytes: 100_000 })
    try {
      const items = Array.from({ length: 10 }, (_, i) => ({
        type: "note",
        data: { id: `n${i}`, x: Array(2_000).fill([]) },
      }))
      const narrow = createDirectClient(small.url)
      const other = createNativeClient(small.url)
      const packed = pack(items)
      const direct = (await narrow.reserve({ sessionId: "ses_heavy", tickets: [wishOf(packed)] })).body
      const [ticket] = direct.tickets
      if (!ticket) throw new Error("no ticket")
      await put(ticket, packed.body)
      const commit = { segments: [claimOf(ticket, packed)] }
      expect((await narrow.presign(direct.shareId, direct.secret, { commit })).status).toBe(200)
      const synced = (await other.create("ses_heavy_too")).body
      expect((await other.sync(synced.id, synced.secret, items)).status).toBe(200)
      for (const id of [direct.shareId, synced.id]) {
        const { status, body } = await other.data(id)
        expect([status, body.error?.code]).toEqual([422, "unreadable"])
        expect(body.error?.message).toContain("too large to be shown")
      }
    } finally {
      await small.close()
    }
  })

  test("[P7] who watches while something unreadable is committed makes nobody read it again and again", async () => {
    const errors: string[] = []
    const log = { ...createLog("silent"), error: (_: object, message: string) => void errors.push(message) }
    const watched = await createWorld({ log })
    try {
      const own = createDirectClient(watched.url)
      const bad = packText("nonsense\n", 1)
      const share = (await own.reserve({ sessionId: "ses_bad", tickets: [wishOf(bad)] })).body
      const reader = await readEvents(`${watched.url}/api/share/${share.shareId}/events`)
      onTestFinished(() => reader.close())
      const [ticket] = share.tickets
      if (!ticket) throw new Error("no ticket")
      await put(ticket, bad.body)
      await own.presign(share.shareId, share.secret, { commit: { segments: [claimOf(ticket, bad)] } })
      await new Promise((resolve) => setTimeout(resolve, 2_500))
      expect(errors).toEqual(["a live page fell behind"])
    } finally {
      await watched.close()
    }
  })

  test("[P8] a log may not come to more than twice what a share may", async () => {
    const small = await createWorld({ maxShareBytes: 10_000 })
    try {
      const narrow = createDirectClient(small.url)
      const { body } = await narrow.reserve({ sessionId: "ses_big", tickets: [] })
      const packed = pack([itemsOf("ses_big").session({ title: "a".repeat(21_000) })])
      const ticketed = await narrow.presign(body.shareId, body.secret, { tickets: [wishOf(packed)] })
      const [ticket] = ticketed.body.tickets
      if (!ticket) throw new Error("no ticket")
      await put(ticket, packed.body)
      const commit = { segments: [claimOf(ticket, packed)] }
      const refused = await narrow.presign(body.shareId, body.secret, { commit })
      expect([refused.status, refused.body.error?.code]).toEqual([413, "too_large"])
    } finally {
      await small.close()
    }
  })
})

describe("[P8] at the limit", () => {
  let small: World
  let narrow: ReturnType<typeof createDirectClient>
  beforeAll(async () => {
    small = await createWorld({ maxShareBytes: 10_000 })
    narrow = createDirectClient(small.url)
  })
  afterAll(() => small.close())

  async function claimsOf(share: { shareId: string; secret: string }, count: number, letters: number) {
    const made = Array.from({ length: count }, (_, i) =>
      pack([itemsOf("ses_big").session({ title: `${i}${"a".repeat(letters)}` })]),
    )
    const { body } = await narrow.presign(share.shareId, share.secret, { tickets: made.map(wishOf) })
    await Promise.all(
      made.map(({ body: bytes }, i) => put(body.tickets[i] ?? { url: "", headers: {} }, bytes)),
    )
    return made.map((packed, i) => claimOf(body.tickets[i] ?? { segment: "" }, packed))
  }

  test("commits side by side do not exceed it together", async () => {
    const share = (await narrow.reserve({ sessionId: "ses_big", tickets: [] })).body
    const claims = await claimsOf(share, 8, 5_500)
    const answers = await Promise.all(
      claims.map((claim) => narrow.presign(share.shareId, share.secret, { commit: { segments: [claim] } })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, ...Array(5).fill(413)])
    expect((await narrow.manifest(share.shareId, share.secret)).body.segments).toHaveLength(3)
  })

  test("nor does a merge exceed it", async () => {
    const share = (await narrow.reserve({ sessionId: "ses_big", tickets: [] })).body
    const claims = await claimsOf(share, 2, 1_000)
    await narrow.presign(share.shareId, share.secret, { commit: { segments: claims } })
    const [segment] = await claimsOf(share, 1, 21_000)
    const merge = { replaces: claims.map(({ segment }) => segment), epoch: 0, segment }
    const refused = await narrow.presign(share.shareId, share.secret, { merge })
    expect([refused.status, refused.body.error?.code]).toEqual([413, "too_large"])
    expect(refused.body.error?.message).toContain("larger than this server keeps")
    expect((await narrow.manifest(share.shareId, share.secret)).body.segments).toHaveLength(2)
  })
})

describe("merging", () => {
  async function manySyncs(count: number) {
    const share = await newShare()
    let last = await sync(share, [share.session()])
    for (let i = 1; i < count; i++) last = await sync(share, [share.text("msg_1", "prt_1", `version ${i}`)])
    return { share, last: last.body }
  }

  test("[P5] is asked for when there are sixteen alike, and puts one segment in their place", async () => {
    const { share, last } = await manySyncs(16)
    expect(last.merge).toHaveLength(16)
    const before = (await native.data(share.id)).body
    const { body: manifest } = await client.manifest(share.id, share.secret)
    expect(manifest.segments.map(({ segment }) => segment)).toEqual(last.merge)
    const read = await Promise.all(last.merge.map((id) => client.segment(share.id, share.secret, id)))
    const items = read.flatMap(unpack)
    expect(items).toHaveLength(16)

    const kept = [items[0], items.at(-1)] as Item[]
    const { claim } = await upload(share, kept)
    const merge = { replaces: last.merge, epoch: last.epoch, segment: claim }
    const merged = await client.presign(share.id, share.secret, { merge })
    expect([merged.status, merged.body.revision, merged.body.merge]).toEqual([200, 16, []])
    expect(merged.body.epoch).toBe(last.epoch + 1)
    expect((await native.data(share.id)).body).toEqual(before)
    expect((await client.manifest(share.id, share.secret)).body.segments).toMatchObject([
      { firstRevision: 1, lastRevision: 16, items: 2 },
    ])
    // Again: the same answer. And a commit that was merged away stays committed.
    expect((await client.presign(share.id, share.secret, { merge })).status).toBe(200)
  })

  test("[P5] is refused when a segment has left the manifest, the epoch is another, or they are no neighbours", async () => {
    const { share, last } = await manySyncs(4)
    const ids = (await client.manifest(share.id, share.secret)).body.segments.map(({ segment }) => segment)
    const mergeOf = async (replaces: (string | undefined)[], epoch: number) => {
      const { claim } = await upload(share, [share.text("msg_1", "prt_1", `merged ${replaces.length}`)])
      return client.presign(share.id, share.secret, { merge: { replaces, epoch, segment: claim } })
    }
    expect((await mergeOf(ids.slice(0, 2), last.epoch + 1)).status).toBe(409)
    expect((await mergeOf([ids[0], ids[2]], last.epoch)).status).toBe(409)
    expect((await mergeOf([ids[1], ids[0]], last.epoch)).status).toBe(409)
    expect((await mergeOf(ids.slice(0, 2), last.epoch)).status).toBe(200)
    const left = await mergeOf(ids.slice(1, 3), last.epoch + 1)
    expect([left.status, left.body.error?.code]).toEqual([409, "conflict"])
    expect((await client.manifest(share.id, share.secret)).body.segments).toHaveLength(3)
  })
})

describe("deleting", () => {
  test("[D2][D7] the receipt is final only when no ticket can bring anything any more", async () => {
    const share = await newShare()
    const { packed } = await upload(share, [share.session()])
    const late = await client.presign(share.id, share.secret, { tickets: [wishOf(packed)] })
    const [ticket] = late.body.tickets
    if (!ticket) throw new Error("no ticket")

    const { body } = await client.remove(share.id, share.secret)
    expect(body.receipt).toMatchObject({ objects: 1, final: false })
    expect(body.receipt.clearedAt).toBeDefined()
    const finalFrom = Date.parse(body.receipt.finalFrom ?? "")
    expect(finalFrom).toBeGreaterThan(Date.parse(ticket.expiresAt))

    // The late upload comes, brings nothing back, and is gone with the next look.
    expect(await put(ticket, packed.body)).toBe(200)
    expect((await native.data(share.id)).status).toBe(410)
    ahead = finalFrom - Date.now() + 1000
    const again = await client.remove(share.id, share.secret)
    ahead = 0
    expect(again.body.receipt).toMatchObject({ objects: 2, final: true })
    expect((await world.storedFiles()).filter((file) => file.includes(ticket.segment))).toEqual([])
  })

  test("[D2] the secret may stand in the header, without a body", async () => {
    const share = await newShare()
    const { status, body } = await client.remove(share.id, share.secret)
    expect([status, body.ok]).toEqual([200, true])
    expect((await client.remove(share.id, share.secret)).status).toBe(200)
  })
})
