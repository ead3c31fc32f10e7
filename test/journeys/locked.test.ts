import { afterAll, beforeAll, expect, inject, test } from "vitest"
import { launchBrowser, type TestBrowser } from "../browser/browser.ts"
import { CLEAN } from "../browser/watched-page.ts"
import { createEncryptedShare } from "../encrypted-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"
import { isLive, showsText } from "./stage.ts"

const lock = { username: "team", password: "Grüße: an alle" }
const token = "a-token-of-the-team"
const httpCredentials = { ...lock, send: "unauthorized" as const }

let world: World
let browser: TestBrowser
let base: string
beforeAll(async () => {
  world = await createWorld({ lock, createTokens: [token] })
  base = `${world.url}/t/${token}`
  browser = await launchBrowser(inject("chromiumPath"))
})
afterAll(async () => {
  await browser.close()
  await world.close()
})

async function newShare(sessionID: string) {
  const client = createNativeClient(base)
  const { id, secret } = (await client.create(sessionID)).body
  const items = itemsOf(sessionID)
  const sync = (...data: Parameters<typeof client.sync>[2]) => client.sync(id, secret, data)
  await sync(items.session({ title: "Behind the lock" }), items.user("msg_1"))
  await sync(items.text("msg_1", "prt_1", "the first words"))
  return { ...items, sync, link: `${world.url}/share/${id}`, remove: () => client.remove(id, secret) }
}

test("[W1] who gives the password has the whole page: scripts, search, live changes, and their end", async () => {
  const share = await newShare("ses_locked")
  const open = await browser.open(share.link, { httpCredentials })
  await showsText(open, "the first words")
  await isLive(open)
  await share.sync(share.text("msg_1", "prt_2", "and the second"))
  await showsText(open, "and the second")
  const asked = open.page.waitForResponse((response) => response.url().includes("/search?q="))
  await open.page.goto(`${share.link}/search?q=second`)
  expect((await asked).status()).toBe(200)
  await open.page.goto(share.link)
  await isLive(open)
  expect(open.complaints().policy).toEqual([])
  expect(open.complaints().errors).toEqual([])
  await share.remove()
  await showsText(open, "This share is gone")
})

test("[W1] an encrypted share opens, whose browser fetches everything itself", async () => {
  const share = await createEncryptedShare(base, "ses_sealed")
  const { session, user, text } = itemsOf("ses_sealed")
  await share.sync([session(), user("msg_1", 1), text("msg_1", "prt_1", "the sealed words")])
  const open = await browser.open(share.link.replace(`/t/${token}`, ""), { httpCredentials })
  await showsText(open, "the sealed words")
  await share.sync([text("msg_1", "prt_2", "more of them")])
  await showsText(open, "more of them")
  expect(open.complaints()).toEqual(CLEAN)
})

test("[W2] who gives a wrong one sees a page that asks for nothing more", async () => {
  const share = await newShare("ses_outside")
  const open = await browser.open(share.link, {
    httpCredentials: { ...httpCredentials, password: "guessed" },
  })
  expect(open.response?.status()).toBe(401)
  await showsText(open, "This server is locked")
  const { policy, errors, foreign, console } = open.complaints()
  expect([policy, errors, foreign]).toEqual([[], [], []])
  // The page's own status, and nothing that it asked for.
  expect(console.map((line) => line.replace(/^.* http/, "http"))).toEqual([share.link])
})
