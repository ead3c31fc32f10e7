import { afterAll, beforeAll, expect, inject, test } from "vitest"
import { findBarriers } from "../browser/axe.ts"
import { launchBrowser, type TestBrowser } from "../browser/browser.ts"
import { CLEAN, type WatchedPage } from "../browser/watched-page.ts"
import { createEncryptedShare } from "../encrypted-client.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { openAll } from "../sealed-redaction.ts"
import { createWorld, type World } from "../world.ts"

const SECRET = "hunter2-hunter2"

let world: World
let browser: TestBrowser
beforeAll(async () => {
  world = await createWorld()
  browser = await launchBrowser(inject("chromiumPath"))
})
afterAll(async () => {
  await browser.close()
  await world.close()
})

async function written() {
  const share = { ...(await createEncryptedShare(world.url, "ses_sealed")), ...itemsOf("ses_sealed") }
  const title = `About ${SECRET}`
  await share.sync([share.session({ title }), share.user("msg_1", 1)], { title })
  await share.sync([share.text("msg_1", "prt_1", `a prompt with ${SECRET} in it`)], { title })
  await share.sync([share.assistant("msg_2", 2), share.text("msg_2", "prt_2", "an answer as a whole")], {
    title,
  })
  return share
}

/** Lets a browser in to the share by its secret, and leads it to where something is taken out of it. */
async function enterAsOwner({ id, secret }: { id: string; secret: string }): Promise<WatchedPage> {
  const open = await browser.open(`${world.url}/shares`)
  const { page } = open
  await page.fill("input[name=link]", `${world.url}/share/${id}`)
  await page.fill("input[name=secret]", secret)
  await page.getByRole("button", { name: "Open" }).click()
  await page.getByRole("link", { name: "Manage" }).click()
  await page.getByRole("link", { name: "Choose what" }).click()
  return open
}

test("[Z12] an owner takes something out of an encrypted share; who has it open sees it go, and the server saw neither", async () => {
  const share = await written()
  const reader = await browser.open(share.link)
  await reader.page.locator("#live.live").waitFor()
  await reader.page.locator("#prt_1").getByText(SECRET).waitFor()
  await reader.page.evaluate("window.stillTheSamePage = true")

  const owner = await enterAsOwner(share)
  const { page } = owner
  const sent: string[] = []
  page.on("request", (request) => {
    sent.push(`${request.method()} ${request.url()} ${request.postDataBuffer()?.toString("latin1") ?? ""}`)
  })
  await page.fill("input[name=link]", `${world.url}/share/${share.id}`)
  await page.getByRole("button", { name: "Open" }).click()
  await page.getByText("its key stands in the link").waitFor()
  await page.fill("input[name=link]", share.link)
  await page.getByRole("button", { name: "Open" }).click()
  await page.getByText(`a prompt with ${SECRET} in it`).waitFor()
  expect(await findBarriers(page)).toEqual([])
  await page.getByRole("button", { name: "Take out" }).click()
  await page.getByText("Choose something").waitFor()
  await page.fill("textarea", SECRET)
  await page.getByRole("checkbox", { name: "an answer as a whole" }).check()
  await page.getByRole("button", { name: "Take out" }).click()
  await page.getByText("Replaced 3 times; 3 stored objects written anew, 3 old ones deleted.").waitFor()
  await page.getByText("a prompt with [redacted] in it").waitFor()
  expect(await page.content()).not.toContain(SECRET)

  await reader.page.locator("#prt_1").getByText("a prompt with [redacted] in it").waitFor()
  await reader.page.locator("#prt_2").getByText("[redacted]").waitFor()
  expect(await reader.page.title()).toBe("About [redacted] · Better Share")
  expect(await reader.page.content()).not.toMatch(/hunter2|as a whole/)
  expect(await reader.page.evaluate("window.stillTheSamePage")).toBe(true)

  expect(sent.filter((request) => request.startsWith("PUT"))).toHaveLength(1)
  expect(sent.filter((request) => request.startsWith("POST"))).toHaveLength(1)
  for (const request of sent) {
    for (const words of [share.keyText, SECRET, "as a whole"]) expect(request).not.toContain(words)
  }
  expect(JSON.stringify(await openAll(world.url, share))).not.toMatch(/hunter2|as a whole/)

  // The key stays in the address: a reload has it, and so has a closed share, which its owner's browser opens.
  const client = createNativeClient(world.url, { "x-share-secret": share.secret })
  for (const body of [{ visibility: "private" }, { password: "correct horse battery" }]) {
    expect((await client.call("PATCH", `/api/share/${share.id}`, body)).status).toBe(200)
    await page.reload()
    await page.getByText("a prompt with [redacted] in it").waitFor()
  }
  await page.getByRole("checkbox", { name: "a prompt with" }).check()
  await page.getByRole("button", { name: "Take out" }).click()
  await page.getByText("Replaced 1 time;").waitFor()
  expect(owner.complaints()).toEqual(CLEAN)
})

test("[Z12][K11] without scripts, with another's key, and of an old state the page says why nothing is taken out", async () => {
  const share = await written()
  const { page } = await enterAsOwner(share)
  const other = await createEncryptedShare(world.url, "ses_other")
  await page.fill("input[name=link]", share.link.replace(share.keyText, other.keyText))
  await page.getByRole("button", { name: "Open" }).click()
  await page.getByText("The key in the link is not the one").waitFor()
  const seen = `better-share head ${share.id} ${share.sealer.keyID.slice(0, 16)}`
  await page.evaluate(`localStorage.setItem(${JSON.stringify(seen)}, "99")`)
  await page.goto(page.url().replace(other.keyText, share.keyText))
  await page.getByText("Nothing is taken out of an old state").waitFor()
  const cookies = await page.context().cookies()
  const storageState = { cookies, origins: [] }
  const bare = await browser.open(page.url(), { javaScriptEnabled: false, storageState })
  // The selectors' own text matching passes over noscript.
  await bare.page.locator("noscript .refused").waitFor({ state: "visible" })
  expect(await bare.page.locator("form").filter({ visible: true }).count()).toBe(0)
})
