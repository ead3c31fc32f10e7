import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { ROUTES } from "../../src/protocol/routes.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let https: World
let paths: Paths
beforeAll(async () => {
  world = await createWorld()
  https = await createWorld({ baseUrl: "https://share.example.com", createTokens: ["a-token-of-the-team"] })
  paths = await pathsOf(world.url, world.url)
})
afterAll(() => Promise.all([world.close(), https.close()]))

interface Paths {
  share: string[]
  assets: string[]
  rest: string[]
}

/** Every kind of address that a server answers, those of a share and of one that is gone among them. */
async function pathsOf(url: string, base: string): Promise<Paths> {
  const client = createNativeClient(base)
  const { session, user, text } = itemsOf("ses_1")
  const { id, secret } = (await client.create("ses_1")).body
  await client.sync(id, secret, [session(), user("msg_1"), text("msg_1", "prt_1", "x")])
  const removed = (await client.create("ses_2")).body
  await client.remove(removed.id, removed.secret)
  const home = await (await fetch(`${url}/`)).text()
  return {
    share: [id, removed.id, "there-is-no-such-share"].flatMap((each) => [
      ...["", ".md", ".txt", ".json", ".html", "/search", "/changes", "/card.png", "/part/prt_1"].map(
        (rest) => `/share/${each}${rest}`,
      ),
      ...["", "/data", "/metadata", "/segments", "/events"].map((rest) => `/api/share/${each}${rest}`),
      ...[`/s/${each}`, `/share/${each}?show=all`, `/share/${each}?from=nothing`],
    ]),
    assets: [...home.matchAll(/\/assets\/[\w.-]+/g)].map(([path]) => path),
    rest: ["/", "/plugin.js", "/robots.txt", "/favicon.ico", "/t/any", "/api/doc", "/api/health", "/nothing"],
  }
}

async function ask(url: string, path: string, init: RequestInit = {}): Promise<Headers> {
  const { headers, body } = await fetch(`${url}${path}`, { redirect: "manual", ...init })
  await body?.cancel()
  return headers
}

describe("[W6] every answer says", () => {
  const wanted = {
    "content-security-policy": expect.stringMatching(/default-src 'none'.*frame-ancestors 'none'/),
    "permissions-policy": expect.stringMatching(
      /(?=.*camera=\(\))(?=.*microphone=\(\))(?=.*geolocation=\(\))/,
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
  }
  test("what a browser may do with it, from memory and at 304 as well", async () => {
    for (const path of [...paths.share, ...paths.assets, ...paths.rest]) {
      const first = await ask(world.url, path)
      expect(Object.fromEntries(first), path).toMatchObject(wanted)
      const etag = first.get("etag")
      if (etag === null) continue
      const again = await ask(world.url, path, { headers: { "if-none-match": etag } })
      expect(Object.fromEntries(again), path).toMatchObject(wanted)
      expect(again.get("cache-control"), path).toBe(first.get("cache-control"))
    }
  })

  test("that it is to be fetched by TLS alone, where people reach it so", async () => {
    const { share, rest } = await pathsOf(https.url, `${https.url}/t/a-token-of-the-team`)
    for (const path of [...share, ...share, ...rest])
      expect((await ask(https.url, path)).get("strict-transport-security"), path).toBe("max-age=63072000")
    expect((await ask(world.url, "/")).get("strict-transport-security")).toBeNull()
  })
})

test("[W7] no cache but a reader's own keeps what shows a share, and that asks before each use", async () => {
  for (const path of [...paths.share, ...paths.rest]) {
    const value = (await ask(world.url, path)).get("cache-control")
    expect(["no-store", "private, no-cache", "private, no-cache, no-transform"], path).toContain(value)
  }
  for (const path of paths.assets)
    expect((await ask(world.url, path)).get("cache-control")).toBe("public, max-age=31536000, immutable")
  for (const { method, path } of Object.values(ROUTES)) {
    const at = path.replace(/:\w+/g, "there-is-no-such-share")
    if (method !== "GET")
      expect((await ask(world.url, at, { method })).get("cache-control"), at).toBe("no-store")
  }
})

test("[W7] neither does it keep a secret that was just made, nor a receipt", async () => {
  const client = createNativeClient(world.url)
  const created = await client.create("ses_3")
  const { id, secret } = created.body
  const synced = await client.sync(id, secret, [itemsOf("ses_3").user("msg_1")])
  const removed = await client.remove(id, secret)
  for (const { headers } of [created, synced, removed]) expect(headers.get("cache-control")).toBe("no-store")
})

test("[W8] no other origin is let in: there is no access-control header, and no preflight is granted", async () => {
  const origin = "https://elsewhere.example.com"
  for (const path of [...paths.share, ...paths.assets, ...paths.rest]) {
    for (const init of [
      { headers: { origin } },
      {
        method: "OPTIONS",
        headers: {
          origin,
          "access-control-request-method": "DELETE",
          "access-control-request-headers": "x-share-secret, content-type",
        },
      },
    ]) {
      const names = [...(await ask(world.url, path, init)).keys()]
      expect(
        names.filter((name) => name.startsWith("access-control-")),
        path,
      ).toEqual([])
    }
  }
})

test("[W8] what a page of another origin can send without asking is no JSON, and so changes nothing", async () => {
  const client = createNativeClient(world.url)
  const { id, secret } = (await client.create("ses_4")).body
  for (const type of ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data"]) {
    const by = createNativeClient(world.url, {
      origin: "https://elsewhere.example.com",
      "content-type": type,
    })
    expect((await by.sync(id, secret, [itemsOf("ses_4").user("msg_1")])).status, type).toBe(415)
    expect((await by.create("ses_5")).status, type).toBe(415)
  }
})

test("[W9] what shows a share is not for search engines", async () => {
  const shown = paths.share.slice(0, paths.share.length / 3).filter((path) => path.startsWith("/share/"))
  for (const path of shown.filter((each) => !each.endsWith("?from=nothing")))
    expect((await ask(world.url, path)).get("x-robots-tag"), path).toBe("noindex")
})
