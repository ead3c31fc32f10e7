import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { OWNER_WINDOW_MS, ownerStatement, ownersServers } from "../../src/protocol/owner.ts"
import { claimOf, createDirectClient, pack, put, wishOf } from "../direct-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { UNLIMITED } from "../no-limits.ts"
import { createOwner, respelled, type TestOwner } from "../owner.ts"
import { createWorld, type World } from "../world.ts"

const TOKENS = ["a".repeat(16), "b".repeat(16)] as const

let world: World
let client: ReturnType<typeof createDirectClient>
let ahead = 0
let count = 0
beforeAll(async () => {
  world = await createWorld({ now: () => Date.now() + ahead })
  client = createDirectClient(world.url)
})
afterAll(() => world.close())

const newSession = () => `ses_owned${++count}`

async function createOwned(owner: TestOwner, sessionId: string, shareId?: string) {
  const proof = owner.prove({ action: "create", baseUrl: world.url, sessionID: sessionId, shareID: shareId })
  return client.reserve({ sessionId, shareId, tickets: [], owner: proof })
}

async function recover(owner: TestOwner, sessionId: string, changes: object = {}) {
  const proof = owner.prove({ action: "recover", baseUrl: world.url, sessionID: sessionId, ...changes })
  return client.recover({ sessionId, owner: proof })
}

const codes = ({ status, body }: { status: number; body: { error?: { code: string } } }) => [
  status,
  body.error?.code,
]

describe("what is signed", () => {
  test("[O1] is one text, line by line", () => {
    const statement = {
      action: "create",
      baseUrl: "https://Share.example.com:443/",
      sessionID: "ses_1",
      at: 1_700_000_000_000,
    } as const
    expect(ownerStatement(statement)).toBe(
      "Better Share owner 1\naction create\nserver https://share.example.com\nsession ses_1\nshare \nat 1700000000000\n",
    )
    expect(ownerStatement({ ...statement, action: "recover", shareID: "my-own-id" })).toContain(
      "action recover\nserver https://share.example.com\nsession ses_1\nshare my-own-id\n",
    )
  })

  test.each([
    ["https://share.example.com", "https://elsewhere.example/api", ["https://share.example.com"]],
    ["https://share.example.com", "http://127.0.0.1:3000/api", ["https://share.example.com"]],
    ["http://127.0.0.1:3000", "http://share.example.com:3000/api", ["http://127.0.0.1:3000"]],
    ["http://127.0.0.1:3000", "http://localhost:4000/api", ["http://127.0.0.1:3000"]],
    ["http://127.0.0.1:3000", "http://127.0.0.1:3000/api", ["http://127.0.0.1:3000"]],
    [
      "http://127.0.0.1:3000",
      "http://localhost:3000/api",
      ["http://127.0.0.1:3000", "http://localhost:3000"],
    ],
  ])("[O2] a server at %s that is asked at %s takes it for %j", (baseUrl, asked, servers) => {
    expect(ownersServers(baseUrl, asked)).toEqual(servers)
  })
})

describe("creating", () => {
  test("[O1] a signed creation makes a share; one that is not what was signed makes none", async () => {
    const owner = createOwner()
    const sessionId = newSession()
    expect((await createOwned(owner, sessionId)).status).toBe(200)
    const prove = (changes: object) =>
      owner.prove({ action: "create", baseUrl: world.url, sessionID: sessionId, ...changes })
    const forged: Record<string, unknown> = {
      "another's key": { ...prove({}), key: createOwner().key },
      "another session": prove({ sessionID: "ses_other" }),
      "another server": prove({ baseUrl: "https://elsewhere.example" }),
      "another action": prove({ action: "recover" }),
      "an id that is not asked for": prove({ shareID: "some-id-of-its-own" }),
      "another moment": { ...prove({}), at: Date.now() },
      "no signature": { ...prove({}), signature: "A".repeat(86) },
      "no key": { ...prove({}), key: "A".repeat(43) },
    }
    for (const [name, proof] of Object.entries(forged)) {
      expect(codes(await client.reserve({ sessionId, tickets: [], owner: proof })), name).toEqual([
        403,
        "forbidden",
      ])
    }
    const bound = prove({ shareID: "bound-to-this-id" })
    const elsewhere = await client.reserve({ sessionId, shareId: "another-id", tickets: [], owner: bound })
    expect(codes(elsewhere)).toEqual([403, "forbidden"])
  })

  test("[O1] key and signature have one spelling each", async () => {
    const owner = createOwner()
    const sessionId = newSession()
    const proof = owner.prove({ action: "create", baseUrl: world.url, sessionID: sessionId })
    for (const field of ["key", "signature"] as const) {
      const answer = await client.reserve({
        sessionId,
        tickets: [],
        owner: { ...proof, [field]: respelled(proof[field]) },
      })
      expect(codes(answer), field).toEqual([400, "invalid_request"])
    }
  })

  test("[O2] it is refused with the name under which the server would take it", async () => {
    const owner = createOwner()
    const sessionId = newSession()
    const proof = owner.prove({ action: "create", baseUrl: "http://10.0.0.7:3000", sessionID: sessionId })
    const { body } = await client.reserve({ sessionId, tickets: [], owner: proof })
    expect(body.error?.message).toContain(world.url)
    expect(body.error?.message).toContain("BASE_URL")
    const here = new URL(world.url)
    here.hostname = here.hostname === "localhost" ? "127.0.0.1" : "localhost"
    const loopback = owner.prove({ action: "create", baseUrl: here.origin, sessionID: sessionId })
    const alike = await createDirectClient(here.origin).reserve({ sessionId, tickets: [], owner: loopback })
    expect(alike.status).toBe(200)
  })

  test("[O3] clocks may differ by ten minutes, and beyond that the answer names the skew", async () => {
    const owner = createOwner()
    const sessionId = newSession()
    const at = (offset: number) =>
      client.reserve({
        sessionId,
        tickets: [],
        owner: owner.prove({
          action: "create",
          baseUrl: world.url,
          sessionID: sessionId,
          at: Date.now() + offset,
        }),
      })
    for (const sign of [-1, 1]) {
      expect((await at(sign * (OWNER_WINDOW_MS - 5_000))).status).toBe(200)
      const refused = await at(sign * (OWNER_WINDOW_MS + 5_000))
      expect(codes(refused)).toEqual([403, "forbidden"])
      expect(refused.body.error?.message).toContain("clock skew of 10 minutes")
    }
    expect(codes(await at(8e15))).toEqual([403, "forbidden"])
  })

  test("[O4] a signature holds once, through a restart too", async () => {
    const owner = createOwner()
    const sessionId = newSession()
    const proof = owner.prove({ action: "create", baseUrl: world.url, sessionID: sessionId })
    const create = () => client.reserve({ sessionId, tickets: [], owner: proof })
    const answers = await Promise.all(Array.from({ length: 8 }, create))
    expect(answers.map(({ status }) => status).sort()).toEqual([200, ...Array(7).fill(403)])
    await world.restart()
    const again = await create()
    expect(codes(again)).toEqual([403, "forbidden"])
    expect(again.body.error?.message).toContain("used already")
  })

  test("[O5][D4] shares of one owner supersede each other, whoever's token made them", async () => {
    const guarded = await createWorld({ createTokens: [...TOKENS] })
    try {
      const plain = createDirectClient(guarded.url)
      const owner = createOwner()
      const as = (token: string) => createNativeClient(guarded.url, { authorization: `Bearer ${token}` })
      const create = async (token: string, who: TestOwner | undefined) => {
        const proof = who?.prove({ action: "create", baseUrl: guarded.url, sessionID: "ses_1" })
        const body = { sessionId: "ses_1", tickets: [], owner: proof }
        return (await as(token).call<{ shareId: string; secret: string }>("POST", "/api/share/presign", body))
          .body
      }
      const first = await create(TOKENS[0], owner)
      const anothers = await create(TOKENS[1], createOwner())
      const nobodys = await create(TOKENS[1], undefined)
      const second = await create(TOKENS[1], owner)
      expect((await plain.remove(second.shareId, second.secret)).status).toBe(200)
      const statusOf = async ({ shareId }: { shareId: string }) =>
        (await plain.call("GET", `/api/share/${shareId}`)).status
      expect([await statusOf(second), await statusOf(first)]).toEqual([410, 410])
      expect([await statusOf(anothers), await statusOf(nobodys)]).toEqual([200, 200])
      // A key is no token.
      const proof = owner.prove({ action: "create", baseUrl: guarded.url, sessionID: "ses_1" })
      expect((await plain.reserve({ sessionId: "ses_1", tickets: [], owner: proof })).status).toBe(401)
      const again = owner.prove({ action: "recover", baseUrl: guarded.url, sessionID: "ses_1" })
      expect((await plain.recover({ sessionId: "ses_1", owner: again })).status).toBe(401)
    } finally {
      await guarded.close()
    }
  })

  test("[O5][P2] a removed share's id goes to its owner, and to nobody else at the same address", async () => {
    const owner = createOwner()
    const sessionId = newSession()
    const shareId = "owned-and-removed"
    const { secret } = (await createOwned(owner, sessionId, shareId)).body
    await client.remove(shareId, secret)
    expect((await client.reserve({ sessionId, shareId, tickets: [] })).status).toBe(409)
    expect((await createOwned(createOwner(), sessionId, shareId)).status).toBe(409)
    expect((await createOwned(owner, sessionId, shareId)).status).toBe(200)
  })
})

describe("recovering", () => {
  test("[O6] gives the owner's newest share of the session new secrets, and the old ones open nothing", async () => {
    const owner = createOwner()
    const sessionId = newSession()
    const older = (await createOwned(owner, sessionId)).body
    const share = (await createOwned(owner, sessionId)).body
    const packed = pack([itemsOf(sessionId).session({ title: "Still here" })])
    const asked = await client.presign(share.shareId, share.secret, { tickets: [wishOf(packed)] })
    const [ticket] = asked.body.tickets
    if (!ticket) throw new Error("no ticket")
    await put(ticket, packed.body)
    const commit = { segments: [claimOf(ticket, packed)] }
    await client.presign(share.shareId, share.secret, { commit })

    const { status, body } = await recover(owner, sessionId)
    expect(status).toBe(200)
    expect(body).toMatchObject({
      shareId: share.shareId,
      url: share.url,
      revision: 1,
      epoch: 0,
      tickets: [],
      merge: [],
      viewers: 0,
    })
    for (const secret of [body.secret, body.deleteSecret]) expect(secret).toMatch(/^[A-Za-z0-9_-]{32}$/)
    expect((await client.presign(share.shareId, share.secret, { tickets: [] })).status).toBe(404)
    expect((await client.pass(share.shareId, share.secret, {})).status).toBe(404)
    for (const old of [share.secret, share.deleteSecret])
      expect((await client.remove(share.shareId, old)).status).toBe(404)
    expect((await client.presign(share.shareId, body.secret, { tickets: [] })).status).toBe(200)
    expect((await client.presign(share.shareId, body.deleteSecret, { tickets: [] })).status).toBe(404)
    // The older one keeps its own.
    expect((await client.presign(older.shareId, older.secret, { tickets: [] })).status).toBe(200)
    expect((await client.remove(share.shareId, body.deleteSecret)).status).toBe(200)
    // With it went the older one.
    expect(codes(await recover(owner, sessionId))).toEqual([404, "not_found"])
  })

  test("[O6] what is not this owner's share of this session is answered 404", async () => {
    const owner = createOwner()
    const sessionId = newSession()
    const share = (await createOwned(owner, sessionId)).body
    expect(codes(await recover(createOwner(), sessionId))).toEqual([404, "not_found"])
    expect(codes(await recover(owner, "ses_never"))).toEqual([404, "not_found"])
    const unsigned = newSession()
    await client.reserve({ sessionId: unsigned, tickets: [] })
    expect(codes(await recover(owner, unsigned))).toEqual([404, "not_found"])
    expect((await client.presign(share.shareId, share.secret, { tickets: [] })).status).toBe(200)
  })

  test("[O4][O6] a statement for a creation recovers nothing, and one that was used neither", async () => {
    const owner = createOwner()
    const sessionId = newSession()
    await createOwned(owner, sessionId)
    const create = owner.prove({ action: "create", baseUrl: world.url, sessionID: sessionId })
    expect(codes(await client.recover({ sessionId, owner: create }))).toEqual([403, "forbidden"])
    const proof = owner.prove({ action: "recover", baseUrl: world.url, sessionID: sessionId })
    const first = await client.recover({ sessionId, owner: proof })
    expect(first.status).toBe(200)
    expect(codes(await client.recover({ sessionId, owner: proof }))).toEqual([403, "forbidden"])
    expect((await client.presign(first.body.shareId, first.body.secret, { tickets: [] })).status).toBe(200)
  })

  test("[O4] a statement is remembered until its time is over", async () => {
    const owner = createOwner()
    const sessionId = newSession()
    await createOwned(owner, sessionId)
    const signedAt = Date.now() + OWNER_WINDOW_MS - 5_000
    const proof = owner.prove({ action: "recover", baseUrl: world.url, sessionID: sessionId, at: signedAt })
    const statuses: number[] = []
    for (const passed of [0, OWNER_WINDOW_MS, 2 * OWNER_WINDOW_MS - 10_000, 2 * OWNER_WINDOW_MS + 10_000]) {
      ahead = passed
      statuses.push((await client.recover({ sessionId, owner: proof })).status)
    }
    ahead = 0
    expect(statuses).toEqual([200, 403, 403, 403])
  })

  test("[O7] it counts among the requests to create, and not as a new share", async () => {
    const limits = { ...UNLIMITED, newSharesPerHour: 1, createRequestsPerMinute: 4 }
    const limited = await createWorld({ limits })
    try {
      const plain = createDirectClient(limited.url)
      const owner = createOwner()
      const prove = (action: "create" | "recover") =>
        owner.prove({ action, baseUrl: limited.url, sessionID: "ses_1" })
      expect((await plain.reserve({ sessionId: "ses_1", owner: prove("create") })).status).toBe(200)
      const statuses: number[] = []
      for (let i = 0; i < 4; i++)
        statuses.push((await plain.recover({ sessionId: "ses_1", owner: prove("recover") })).status)
      expect(statuses).toEqual([200, 200, 200, 429])
    } finally {
      await limited.close()
    }
  })

  test("[O8] its path is no share's", async () => {
    for (const [method, status] of [
      ["GET", 404],
      ["DELETE", 404],
      ["PUT", 405],
    ] as const)
      expect([method, (await client.call(method, "/api/share/recover")).status]).toEqual([method, status])
  })
})
