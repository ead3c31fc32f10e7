import { expect, inject, onTestFinished, test } from "vitest"
import { createLog } from "../../src/host/log.ts"
import { launchBrowser } from "../browser/browser.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { waitFor } from "../wait.ts"
import { createWorld } from "../world.ts"

test("[R3][R5] a browser keeps a page and asks before each use; of a revoked share it shows nothing any more", async () => {
  const answers: { path?: string; status?: number }[] = []
  const debug = (fields: object) => void answers.push(fields)
  const world = await createWorld({ log: { ...createLog("silent"), debug } })
  onTestFinished(() => world.close())
  const browser = await launchBrowser(inject("chromiumPath"))
  onTestFinished(() => browser.close())
  const client = createNativeClient(world.url)
  const { id, secret } = (await client.create("ses_1")).body
  const { session, user, text } = itemsOf("ses_1")
  await client.sync(id, secret, [session(), user("msg_1"), text("msg_1", "prt_1", "words of the session")])

  const url = `${world.url}/share/${id}`
  const { page } = await browser.open(url)
  await page.locator("#live.live").waitFor()
  await page.goto(url)
  await page.getByText("words of the session").waitFor()
  // The browser shows a 304 as what it stands for, so it is the server that knows.
  const path = `/share/${id}`
  await waitFor("the answer that says unchanged", () =>
    answers.some((answer) => answer.path === path && answer.status === 304),
  )
  await page.goto(`${world.url}/`)
  await client.remove(id, secret)

  await page.goBack()
  await page.getByText("This share is gone").waitFor()
  expect(await page.content()).not.toContain("words of the session")
  expect((await page.goto(url))?.status()).toBe(410)
})
