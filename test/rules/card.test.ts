import { Hono } from "hono"
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest"
import { createCardRoutes } from "../../src/api/card.ts"
import { createCardCache, type Shown } from "../../src/api/card-cache.ts"
import type { ApiEnv } from "../../src/api/context.ts"
import { createLog } from "../../src/host/log.ts"
import { createMachine } from "../../src/host/machine.ts"
import { createPainter } from "../../src/host/painter.ts"
import type { ShareNews } from "../../src/shares/ports.ts"
import { type CountingApp, createCountingApp } from "../counting-app.ts"
import { createEncryptedShare } from "../encrypted-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

const PNG = "89504e470d0a1a0a"
/** 1200 and 630 as IHDR has them. */
const SIZE = "000004b000000276"

async function readPicture(response: Response): Promise<Buffer> {
  const body = Buffer.from(await response.arrayBuffer())
  expect([response.status, response.headers.get("content-type")]).toEqual([200, "image/png"])
  expect(body.subarray(0, 8).toString("hex")).toBe(PNG)
  expect(body.subarray(16, 24).toString("hex")).toBe(SIZE)
  return body
}

describe("over a real server", () => {
  let world: World
  beforeAll(async () => {
    world = await createWorld()
  })
  afterAll(() => world.close())

  const cardOf = (id: string, init?: RequestInit) => fetch(`${world.url}/share/${id}/card.png`, init)

  test("[G1] a share has a picture, which changes with what it shows and is 410 once it is revoked", async () => {
    const client = createNativeClient(world.url)
    const items = itemsOf("ses_card")
    const { id, secret } = (await client.create("ses_card")).body
    const empty = await readPicture(await cardOf(id))
    await client.sync(id, secret, [items.session({ title: "Fix the login" }), items.user("msg_1")])
    const response = await cardOf(id)
    const first = await readPicture(response)
    expect(first.equals(empty)).toBe(false)
    expect(response.headers.get("cache-control")).toBe("private, no-cache, no-transform")
    expect(response.headers.get("x-content-type-options")).toBe("nosniff")
    const etag = response.headers.get("etag") ?? ""
    expect(etag).toMatch(/^"[\w-]{22}"$/)
    const unchanged = await cardOf(id, { headers: { "if-none-match": etag } })
    expect([unchanged.status, unchanged.headers.get("etag"), await unchanged.text()]).toEqual([304, etag, ""])

    await client.sync(id, secret, [items.text("msg_1", "prt_1", "People land on /404")])
    const changed = await cardOf(id, { headers: { "if-none-match": etag } })
    expect((await readPicture(changed)).equals(first)).toBe(false)

    await client.remove(id, secret)
    for (const headers of [{}, { "if-none-match": etag }, { "if-none-match": "*" }]) {
      const gone = await cardOf(id, { headers })
      expect([gone.status, gone.headers.get("cache-control")]).toEqual([410, "no-store"])
    }
  })

  test("[G1] what is no share has none", async () => {
    for (const id of ["nothing0", "a".repeat(200), "%00", "..%2f"])
      expect((await cardOf(id)).status, id).toBe(404)
  })

  test("[G2] an encrypted share's picture says that it is one, and is the same whatever is in it", async () => {
    const share = await createEncryptedShare(world.url, "ses_sealed_card")
    const before = await readPicture(await cardOf(share.id))
    await share.sync([itemsOf(share.sessionID).session({ title: "A secret title" })])
    expect((await readPicture(await cardOf(share.id))).equals(before)).toBe(true)
    const other = await createEncryptedShare(world.url, "ses_other_card")
    expect((await readPicture(await cardOf(other.id))).equals(before)).toBe(true)
    await share.remove()
    expect((await cardOf(share.id)).status).toBe(410)
  })

  test.each([
    ["markup", `</text></svg><image href="file:///etc/passwd"/>]]>&lol;<!DOCTYPE x>`],
    ["controls", "a\0b\u001b[31mc\u202ed\u2066\ud800\ufffe"],
    ["length", "W".repeat(2_000_000)],
    ["other scripts", "登录 مرحبا 🚀"],
    ["no text", { a: 1 }],
  ])("[G3] a title of %s is drawn as what it is", async (_, title) => {
    const client = createNativeClient(world.url)
    const sessionID = `ses_${String(_).replace(" ", "_")}`
    const items = itemsOf(sessionID)
    const { id, secret } = (await client.create(sessionID)).body
    const said = typeof title === "string" ? title : "words"
    const told = [
      items.session({ title, directory: title }),
      items.user("msg_1"),
      items.text("msg_1", "prt_1", said),
    ]
    expect((await client.sync(id, secret, told)).status).toBe(200)
    await readPicture(await cardOf(id))
  })
})

describe("from memory", () => {
  let app: CountingApp
  beforeEach(async () => {
    app = await createCountingApp()
  })
  afterEach(() => app.close())

  async function newShare() {
    const json = { "content-type": "application/json" }
    const send = async (method: string, path: string, body: object) =>
      (await app.request(path, { method, headers: json, body: JSON.stringify(body) })).json()
    const { id, secret } = (await send("POST", "/api/share", { sessionID: "ses_1" })) as {
      id: string
      secret: string
    }
    const items = itemsOf("ses_1")
    const say = (words: string) =>
      send("POST", `/api/share/${id}/sync`, {
        secret,
        data: [
          items.session(),
          items.user("msg_1"),
          items.assistant("msg_2"),
          items.text("msg_2", "prt_2", words),
        ],
      })
    await say("first")
    const revoke = () => send("DELETE", `/api/share/${id}`, { secret })
    app.calls()
    return { say, revoke, path: `/share/${id}/card.png` }
  }

  const drawings = () => app.calls().filter((call) => call === "picture.draw").length

  test("[G4] a picture is drawn once, however many ask, and again only when it shows something else", async () => {
    const { path, say } = await newShare()
    const many = await Promise.all(Array.from({ length: 20 }, () => app.request(path)))
    expect(new Set(many.map(({ headers }) => headers.get("etag"))).size).toBe(1)
    expect(drawings()).toBe(1)
    await readPicture(await app.request(path))
    expect(app.calls()).toEqual(["meta.findShare"])
    // An answer that goes on changes nothing that the picture shows.
    await say("second")
    await readPicture(await app.request(path))
    await readPicture(await app.request(path))
    expect(drawings()).toBe(0)
  })

  /** Behind what lets in who may see a share, as on a server. */
  function admitted(routes: Hono<ApiEnv>): Hono<ApiEnv> {
    const all = new Hono<ApiEnv>().use("/share/:id/*", async (c, next) => {
      c.set("admitted", c.req.param("id"))
      await next()
    })
    return all.route("/", routes)
  }

  test("[G4] who has the picture gets 304 without a drawing", async () => {
    const { path } = await newShare()
    const etag = (await app.request(path)).headers.get("etag") ?? ""
    // As on a node that has just started.
    const drawPicture = () => Promise.reject(new Error("was drawn"))
    const routes = admitted(
      createCardRoutes({ shares: app.shares, machine: createMachine(), drawPicture }).routes,
    )
    routes.onError((error, c) => c.text(error.message, 500))
    const unchanged = await routes.request(path, { headers: { "if-none-match": etag } })
    expect([unchanged.status, unchanged.headers.get("etag")]).toEqual([304, etag])
    expect(await (await routes.request(path)).text()).toBe("was drawn")
  })

  test("[G1] a revocation that falls into the drawing is 410, and nothing is kept", async () => {
    const { path, revoke } = await newShare()
    app.after("picture.draw", revoke)
    expect((await app.request(path)).status).toBe(410)
    expect((await app.request(path)).status).toBe(410)
  })

  test("[G1] after a removal that no news told of it is 410, and no longer kept", async () => {
    const { path } = await newShare()
    const keeping = new Set<string>()
    const watch: typeof app.shares.watch = (id, listener) => {
      const end = app.shares.watch(id, listener)
      keeping.add(id)
      return () => {
        keeping.delete(id)
        end()
      }
    }
    const { draw: drawPicture, close } = createPainter({ log: createLog("silent") })
    onTestFinished(close)
    const cards = createCardRoutes({
      shares: { ...app.shares, watch },
      machine: createMachine(),
      drawPicture,
    })
    const routes = admitted(cards.routes)
    routes.onError((error, c) => c.text(error.message, 500))
    await readPicture(await routes.request(path))
    await readPicture(await app.request(path))
    const id = path.split("/")[2] ?? ""
    expect(keeping).toEqual(new Set([id]))
    await app.meta.revoke({ shareID: id, generation: 0 }, app.clock.now)
    await routes.request(path)
    expect(keeping.size).toBe(0)
    expect((await app.request(path)).status).toBe(410)
  })
})

describe("the memory itself", () => {
  const shown = (id: string, revision = 1): Shown => ({ id, generation: 0, revision })

  function newCache(maxBytes = 10_000) {
    const listeners = new Map<string, (news: ShareNews) => void>()
    const cache = createCardCache(
      {
        watch(id, listener) {
          listeners.set(id, listener)
          return () => listeners.delete(id)
        },
      },
      maxBytes,
    )
    const keep = (state: Shown, bytes = 1_000) =>
      cache.keep(state, async () => ({ tag: `"${state.id}"`, png: new Uint8Array(bytes) }))
    const end = (id: string) => listeners.get(id)?.({ shareID: id, revision: 1, state: "revoked" })
    return { cache, keep, end, listeners }
  }

  test("[G4] it has a bound; the longest unread goes first", async () => {
    const { cache, keep, listeners } = newCache()
    for (const id of ["a", "b", "c", "d"]) await keep(shown(id))
    expect(cache.find(shown("a"))).toBeDefined()
    await keep(shown("e"))
    expect(["a", "b", "c", "d", "e"].filter((id) => cache.find(shown(id)))).toEqual(["a", "c", "d", "e"])
    expect(cache.size()).toBeLessThanOrEqual(10_000)
    expect([...listeners.keys()].sort()).toEqual(["a", "c", "d", "e"])
    await keep(shown("large"), 20_000)
    expect([cache.size(), listeners.size]).toEqual([0, 0])
  })

  test("[G1] it forgets a share with the news of its end, also while its picture is being drawn", async () => {
    const { cache, keep, end, listeners } = newCache()
    await keep(shown("a"))
    end("a")
    expect([cache.size(), listeners.size]).toEqual([0, 0])
    const drawing = keep(shown("b"))
    end("b")
    await drawing
    expect([cache.size(), listeners.size]).toEqual([0, 0])
    await expect(cache.keep(shown("c"), () => Promise.reject(new Error("no")))).rejects.toThrow("no")
    expect(listeners.size).toBe(0)
  })

  test("[G4] another revision and another generation are another picture", async () => {
    const { cache, keep } = newCache()
    await keep(shown("a"))
    expect(cache.find(shown("a", 2))).toBeUndefined()
    expect(cache.find({ ...shown("a"), generation: 1 })).toBeUndefined()
    expect(cache.renew({ ...shown("a"), generation: 1 }, `"a"`)).toBeUndefined()
    expect(cache.renew(shown("a", 2), `"b"`)).toBeUndefined()
    expect(cache.renew(shown("a", 2), `"a"`)).toBeDefined()
    expect(cache.find(shown("a", 2))).toBeDefined()
  })
})
