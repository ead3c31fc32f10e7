import type { Page } from "playwright-core"
import { afterAll, beforeAll, expect, inject, test } from "vitest"
import { BY_ITSELF } from "../../src/protocol/audit.ts"
import { findBarriers } from "../browser/axe.ts"
import { launchBrowser, type TestBrowser } from "../browser/browser.ts"
import { CLEAN, type WatchedPage } from "../browser/watched-page.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

const TITLES = [
  `<img src=x onerror="document.title='run'">${"A title that goes on ".repeat(240)}`,
  "W".repeat(5_000),
  "harbour\u202Egnp.exe\u2066\u200F",
]

let world: World
let browser: TestBrowser
let token: string
const shares: string[] = []

beforeAll(async () => {
  world = await createWorld({ abuseUrl: "https://abuse.example.com/", trust: { nativeDoor: true } })
  browser = await launchBrowser(inject("chromiumPath"))
  token = (await world.trust.admin.begin()) ?? ""
  const { text } = await world.trust.tokens.create({ name: "team", by: BY_ITSELF })
  const client = createNativeClient(world.url, { authorization: `Bearer ${text}` })
  for (const [at, title] of TITLES.entries()) {
    const { id, secret } = (await client.create(`ses_admin${at}`)).body
    await client.sync(id, secret, [itemsOf(`ses_admin${at}`).session({ title })])
    shares.push(id)
  }
  await world.trust.blocks.add({
    kind: "address",
    value: "192.0.2.0/24",
    reason: "x".repeat(500),
    by: BY_ITSELF,
  })
})
afterAll(async () => {
  await browser.close()
  await world.close()
})

async function enter(options: Parameters<TestBrowser["open"]>[1]): Promise<WatchedPage> {
  const open = await browser.open(`${world.url}/admin`, options)
  await open.page.fill("input[name=token]", token)
  await press(open.page, "Enter")
  return open
}

async function press(page: Page, name: string): Promise<void> {
  await page.getByRole("button", { name, exact: true }).click()
}

const LOOKS = [
  ["light", 1280],
  ["dark", 1280],
  ["light", 390],
  ["dark", 390],
] as const

test.each(LOOKS)(
  "[B9] the operator's pages, %s and %s wide: axe finds nothing, no title runs, nothing scrolls sideways",
  async (colorScheme, width) => {
    const viewport = { width, height: 800 }
    const outside = await browser.open(`${world.url}/admin`, { colorScheme, viewport })
    expect(await findBarriers(outside.page)).toEqual([])
    await outside.close()
    const { page, complaints, close } = await enter({ colorScheme, viewport })
    const pages = ["", "/shares", ...shares.map((id) => `/shares/${id}`), "/tokens", "/blocks", "/audit"]
    for (const path of pages) {
      await page.goto(`${world.url}/admin${path}`)
      await page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
      expect(await findBarriers(page), path).toEqual([])
      const overflow = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
      expect(overflow, path).toBeLessThanOrEqual(0)
      expect(await page.title()).toContain("Better Share")
      // Whatever a title says, the list stays one.
      const tallest = await page.evaluate(
        "Math.max(0, ...[...document.querySelectorAll('.lines .name, h1')].map((one) => one.offsetHeight))",
      )
      expect(tallest, path).toBeLessThan(200)
    }
    expect(complaints()).toEqual(CLEAN)
    await close()
  },
)

test("[B9] without scripts, a share is taken down in two steps, and its page says why", async () => {
  const { page, close } = await enter({ javaScriptEnabled: false })
  const [id = ""] = shares
  await page.goto(`${world.url}/admin/shares/${id}`)
  expect(await page.getByRole("button", { name: "Take it down for good" }).isVisible()).toBe(false)
  await page.getByText("Take it down", { exact: true }).click()
  await page.getByLabel("Reason, as readers will see it").fill("It shows somebody's address.")
  await press(page, "Take it down for good")
  expect(page.url()).toBe(`${world.url}/admin/shares/${id}`)
  expect(await page.locator(".eyebrow .tag").innerText()).toBe("Taken down")
  await page.goto(`${world.url}/share/${id}`)
  expect(await page.locator("main").innerText()).toContain("It shows somebody's address.")
  expect(await page.getByText("Report abuse").getAttribute("href")).toBe(
    `https://abuse.example.com/?share=${id}`,
  )
  await page.goto(`${world.url}/admin`)
  await press(page, "Leave")
  expect(await page.getByLabel("Admin token").isVisible()).toBe(true)
  await page.goto(`${world.url}/admin/shares`)
  expect(page.url()).toBe(`${world.url}/admin`)
  await close()
})
