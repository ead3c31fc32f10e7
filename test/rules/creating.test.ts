import { readdir, readFile } from "node:fs/promises"
import { request } from "node:http"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import { ConfigError, needsToken, readConfig } from "../../src/host/config.ts"
import { createLog } from "../../src/host/log.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World, type WorldOptions } from "../world.ts"

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

async function start(options: WorldOptions = {}) {
  world = await createWorld(options)
  return { world, client: createNativeClient(world.url) }
}

/** Files below a folder that hold the text as it is. */
async function filesWith(folder: string, text: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const contents = await Promise.all(paths.map((path) => readFile(path)))
  return paths.filter((_, at) => contents[at]?.includes(text))
}

const token = "a-token-of-the-team"
const { session } = itemsOf("ses_1")

test("[C1] creating answers an id of 22 characters, the page's link and a secret", async () => {
  const { world, client } = await start()
  const { status, body } = await client.create("ses_1")
  expect(status).toBe(200)
  expect(body.id).toMatch(/^[0-9A-Za-z]{22}$/)
  expect(body.url).toBe(`${world.url}/share/${body.id}`)
  expect(body.secret).toMatch(/^[\w-]{32}$/)
})

test("[C1] the secret is nowhere in the data folder", async () => {
  const { world, client } = await start()
  const { body } = await client.create("ses_1")
  await client.sync(body.id, body.secret, [session()])
  expect(await filesWith(world.dataDir, body.id)).not.toEqual([])
  expect(await filesWith(world.dataDir, body.secret)).toEqual([])
})

test("[C4] creating twice at once gives one share; the first sync keeps its secret", async () => {
  const { client } = await start()
  const first = await client.create("ses_1")
  const second = await client.create("ses_1")
  expect(second.body.id).toBe(first.body.id)
  expect(second.body.url).toBe(first.body.url)
  expect(second.body.secret).not.toBe(first.body.secret)
  const { id } = first.body
  expect((await client.sync(id, second.body.secret, [session()])).status).toBe(200)
  expect((await client.sync(id, first.body.secret, [session({ title: "other" })])).status).toBe(404)
  expect((await client.remove(id, first.body.secret)).status).toBe(404)
  expect((await client.sync(id, second.body.secret, [session({ title: "more" })])).status).toBe(200)
})

test("[C4] another session is another share", async () => {
  const { client } = await start()
  expect((await client.create("ses_2")).body.id).not.toBe((await client.create("ses_1")).body.id)
})

test("[C5] creating again after a sync gives a new share", async () => {
  const { client } = await start()
  const first = await client.create("ses_1")
  await client.sync(first.body.id, first.body.secret, [session()])
  expect((await client.create("ses_1")).body.id).not.toBe(first.body.id)
  expect((await client.data(first.body.id)).status).toBe(200)
})

test("[C2] with tokens set, creating takes one, as a header or in the path", async () => {
  const { world, client } = await start({ createTokens: [token] })
  const refused = await client.create("ses_1")
  expect(refused.status).toBe(401)
  expect(refused.body.error?.code).toBe("unauthorized")
  expect(refused.headers.get("www-authenticate")).toBe("Bearer")
  expect(
    (await createNativeClient(world.url, { authorization: "Bearer wrong" }).create("ses_1")).status,
  ).toBe(401)
  expect((await createNativeClient(`${world.url}/t/wrong-token`).create("ses_1")).status).toBe(401)

  const byHeader = await createNativeClient(world.url, { authorization: `Bearer ${token}` }).create("ses_1")
  expect(byHeader.status).toBe(200)
  const tokened = createNativeClient(`${world.url}/t/${token}`)
  const byPath = await tokened.create("ses_2")
  expect(byPath.body.url).toBe(`${world.url}/share/${byPath.body.id}`)
  const { id, secret } = byPath.body
  expect((await tokened.sync(id, secret, [itemsOf("ses_2").session()])).status).toBe(200)
  expect((await tokened.remove(id, secret)).status).toBe(200)
})

test("[C2] only the shares' API has path-token addresses", async () => {
  const { client } = await start({ createTokens: [token] })
  for (const path of ["/api/health", "/share/aaaaaaaaaaaaaaaaaaaaaa"]) {
    expect((await client.call("GET", `/t/${token}${path}`)).status).toBe(404)
  }
})

test("[C3] a server that others can reach knows the address that they use", () => {
  const faults = (env: Record<string, string>) => {
    try {
      readConfig(env)
      return []
    } catch (error) {
      if (error instanceof ConfigError) return error.faults
      throw error
    }
  }
  expect(faults({})).toEqual([])
  for (const host of ["localhost", "127.0.0.1", "127.1.2.3", "::1"])
    expect(faults({ HOST: host })).toEqual([])
  expect(faults({ BASE_URL: "https://share.example.com" })).toEqual([])
  expect(faults({ HOST: "0.0.0.0", CREATE_TOKENS: token })[0]).toContain("BASE_URL")
  expect(faults({ HOST: "0.0.0.0", BASE_URL: "https://share.example.com", CREATE_TOKENS: token })).toEqual([])
})

test.each([
  [{}, false],
  [{ HOST: "::1", BASE_URL: "http://localhost:3000" }, false],
  [{ CREATE_TOKENS: token }, true],
  [{ HOST: "0.0.0.0", BASE_URL: "http://127.0.0.1:3000" }, true],
  [{ BASE_URL: "https://share.example.com" }, true],
  // A name that only begins like a loopback address is somebody else's.
  [{ BASE_URL: "http://127.0.0.1.example.com" }, true],
] as const)("[C3] with %j, creating takes a token: %s", (env, needed) => {
  expect(needsToken(readConfig(env))).toBe(needed)
})

test("[C2] without tokens, a name of somebody else's does not create", async () => {
  const { world, client } = await start()
  const create = (host: string) =>
    new Promise<number>((resolve, reject) => {
      const headers = { host, "content-type": "application/json" }
      const sent = request(`${world.url}/api/share`, { method: "POST", headers }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
      })
      sent.on("error", reject)
      sent.end(JSON.stringify({ sessionID: "ses_1" }))
    })
  expect(await create("rebound.example.com")).toBe(403)
  expect(await create("localhost:1")).toBe(200)
  expect((await client.create("ses_1")).status).toBe(200)
})

test("[C2] a slash at the end of enterprise.url does no harm", async () => {
  const { world } = await start({ createTokens: [token] })
  expect((await createNativeClient(`${world.url}/t/${token}/`).create("ses_1")).status).toBe(200)
})

test("[C6] tokens appear in no log line", async () => {
  const lines: string[] = []
  const log = createLog("debug", { write: (line: string) => lines.push(line) })
  const { world } = await start({ createTokens: [token], log })
  await createNativeClient(`${world.url}/t/${token}`).create("ses_1")
  await createNativeClient(`${world.url}/t/${token}`).call("GET", "/api/nothing")
  for (const spelled of ["//t/", "/T/", "/%74/"])
    await createNativeClient(world.url).call("GET", `${spelled}${token}/x`)
  await createNativeClient(world.url, { authorization: `Bearer ${token}` }).create("ses_1")
  expect(lines.join("")).toContain("/t/***/api/share")
  expect(lines.join("")).not.toContain(token)
})
