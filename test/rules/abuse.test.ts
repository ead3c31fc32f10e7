import { afterAll, beforeAll, expect, test } from "vitest"
import { createEncryptedShare } from "../encrypted-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World, type WorldOptions } from "../world.ts"

const ABUSE_URL = "https://abuse.example.com/report?of=shares"

const worlds: World[] = []
let world: World
beforeAll(async () => {
  world = await start({ abuseUrl: ABUSE_URL })
})
afterAll(() => Promise.all(worlds.map((one) => one.close())))

async function start(options: WorldOptions): Promise<World> {
  const made = await createWorld(options)
  worlds.push(made)
  return made
}

async function share(url: string, sessionID: string) {
  const client = createNativeClient(url)
  const { id, secret } = (await client.create(sessionID)).body
  const { session, user, text } = itemsOf(sessionID)
  await client.sync(id, secret, [session(), user("msg_1"), text("msg_1", "prt_1", "said")])
  return { id, secret, client }
}

/** Where the page's link to a report leads. */
async function reported(path: string, at = world): Promise<[status: number, href: string | undefined]> {
  const response = await fetch(`${at.url}${path}`)
  const link = /<a class="abuse" href="([^"]*)"/.exec(await response.text())?.[1]
  return [response.status, link?.replaceAll("&amp;", "&")]
}

test("[B10] every page of a share, and of one that is gone, leads to where it is reported", async () => {
  const { id, secret, client } = await share(world.url, "ses_reported")
  const named = `${ABUSE_URL}&share=${id}`
  for (const rest of ["", "?show=all", "/changes", "/search?q=said", "/part/prt_1"]) {
    expect(await reported(`/share/${id}${rest}`), rest).toEqual([200, named])
  }
  await client.remove(id, secret)
  expect(await reported(`/share/${id}`)).toEqual([410, named])
  expect(await reported("/share/no-such-share")).toEqual([404, `${ABUSE_URL}&share=no-such-share`])
  expect(await reported("/nothing-at-all")).toEqual([404, ABUSE_URL])
  expect(await reported("/")).toEqual([200, ABUSE_URL])
  const sealed = await createEncryptedShare(world.url, "ses_sealed")
  const { pathname } = new URL(sealed.link)
  expect(await reported(pathname)).toEqual([200, `${ABUSE_URL}&share=${pathname.split("/").at(-1)}`])
})

test("[B10] the page that asks for a password has the link as well", async () => {
  const { id, secret } = await share(world.url, "ses_password")
  const owner = createNativeClient(world.url, { "x-share-secret": secret })
  await owner.call("PATCH", `/api/share/${id}`, { password: "a password of its own" })
  expect(await reported(`/share/${id}`)).toEqual([401, `${ABUSE_URL}&share=${id}`])
})

test("[B10] without the setting there is no such link", async () => {
  const other = await start({})
  const { id } = await share(other.url, "ses_unreported")
  expect(await reported(`/share/${id}`, other)).toEqual([200, undefined])
  expect(await reported("/", other)).toEqual([200, undefined])
})

test("[N1][W1] the front page says what is off", async () => {
  const said = async (options: WorldOptions, headers: Record<string, string> = {}) => {
    const { url } = await start(options)
    const page = await (await fetch(url, { headers })).text()
    return [...page.matchAll(/<li>([^<]+\.)<\/li>/g)].map(([, text]) => text)
  }
  const lock = { username: "team", password: "sesame" }
  const authorization = `Basic ${btoa("team:sesame")}`
  expect(await said({})).toEqual([])
  expect(await said({ trust: { create: false } })).toEqual([expect.stringContaining("No new shares")])
  expect(await said({ trust: { nativeDoor: false } })).toEqual([
    expect.stringContaining("without the plugin"),
  ])
  expect(await said({ lock }, { authorization })).toEqual([expect.stringContaining("password")])
})
