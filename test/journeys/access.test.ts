import { expect, inject, onTestFinished, test } from "vitest"
import type { EntryAnswer } from "../../src/protocol/routes.ts"
import { findBarriers } from "../browser/axe.ts"
import { launchBrowser } from "../browser/browser.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld } from "../world.ts"

const PASSWORD = "correct horse battery"
const WORDS = "words of the session"

async function open() {
  const world = await createWorld()
  onTestFinished(() => world.close())
  const browser = await launchBrowser(inject("chromiumPath"))
  onTestFinished(() => browser.close())
  const client = createNativeClient(world.url)
  const { id, secret } = (await client.create("ses_1")).body
  const { session, user, text } = itemsOf("ses_1")
  await client.sync(id, secret, [session(), user("msg_1"), text("msg_1", "prt_1", WORDS)])
  const change = async (body: unknown) => {
    const by = createNativeClient(world.url, { "x-share-secret": secret })
    expect((await by.call("PATCH", `/api/share/${id}`, body)).status).toBe(200)
  }
  return { world, browser, client, id, secret, change, url: `${world.url}/share/${id}` }
}

test("[Y4][Y6] an open page is emptied when its share asks for a password, and comes back with it", async () => {
  const { browser, change, client, id, secret, url } = await open()
  const { page } = await browser.open(url)
  await page.locator("#live.live").waitFor()
  await change({ password: PASSWORD })
  await page.getByText("This share asks for a password").waitFor()
  expect(await page.content()).not.toContain(WORDS)
  await page.getByText("Give the password").click()
  expect(await findBarriers(page)).toEqual([])
  await page.fill("input[type=password]", "wrong horse")
  await page.getByRole("button", { name: "Open" }).click()
  await page.getByText("That is not the password.").waitFor()
  await page.fill("input[type=password]", PASSWORD)
  await page.getByRole("button", { name: "Open" }).click()
  await page.getByText(WORDS).waitFor()
  expect(page.url()).toBe(url)
  // Live as any other, and so are its other addresses.
  await page.locator("#live.live").waitFor()
  const { user, text } = itemsOf("ses_1")
  await client.sync(id, secret, [user("msg_2", 2), text("msg_2", "prt_2", "said later")])
  await page.locator("#prt_2").getByText("said later").waitFor()
  await page.locator("#search-link").click()
  await page.locator(".searcher input").fill("later")
  await waitFor("a hit", async () => (await page.locator(".searcher a").count()) > 0)
  await change({ visibility: "private" })
  await page.getByText("This share is closed").waitFor()
  expect(await page.content()).not.toContain(WORDS)
})

test("[J2] an owner changes and revokes what is theirs in a browser", async () => {
  const { world, browser, client, id, secret } = await open()
  const { body } = await client.call<EntryAnswer>("POST", "/api/owner/entry", { shares: [{ id, secret }] })
  const { page } = await browser.open(body.url)
  expect(await findBarriers(page)).toEqual([])
  await page.getByRole("button", { name: "Go on" }).click()
  await page.getByRole("link", { name: "Manage A session" }).click()
  expect(await findBarriers(page)).toEqual([])
  await page.getByLabel("Private").check()
  await page.getByRole("button", { name: "Save" }).click()
  await page.getByText("It holds from this moment on.").waitFor()
  expect((await client.data(id)).status).toBe(404)
  // The page of a private share, for its owner.
  await page.getByRole("link", { name: "A session" }).click()
  await page.getByText(WORDS).waitFor()
  await page.goto(`${world.url}/shares/${id}`)
  await page.getByText("Revoke it", { exact: true }).click()
  await page.getByRole("button", { name: "Revoke", exact: true }).click()
  await page.getByText("Nothing of yours is shared").waitFor()
  expect((await client.data(id)).status).toBe(410)
  await page.getByRole("button", { name: "Leave" }).click()
  await page.getByLabel("Secret").waitFor()
  expect(await findBarriers(page)).toEqual([])
})
