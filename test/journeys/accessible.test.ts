import { afterAll, beforeAll, expect, inject, test } from "vitest"
import { findBarriers } from "../browser/axe.ts"
import { launchBrowser, type TestBrowser } from "../browser/browser.ts"
import { CLEAN } from "../browser/watched-page.ts"
import { kitchenSink, ROOT } from "../fixtures/viewer/kitchen-sink.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let browser: TestBrowser
let page: string

beforeAll(async () => {
  world = await createWorld()
  browser = await launchBrowser(inject("chromiumPath"))
  const client = createNativeClient(world.url)
  const { id, secret } = (await client.create(ROOT)).body
  await client.sync(id, secret, kitchenSink())
  page = `/share/${id}`
})

afterAll(async () => {
  await browser.close()
  await world.close()
})

const PAGES: Readonly<Record<string, () => string>> = {
  "the page": () => page,
  "the page with everything": () => `${page}?show=all`,
  Changes: () => `${page}/changes`,
  Search: () => `${page}/search?q=jitter`,
  "the front page": () => "/",
}
const LOOKS = [
  ["light", 1280],
  ["dark", 1280],
  ["light", 390],
  ["dark", 390],
] as const

for (const [name, path] of Object.entries(PAGES)) {
  test.each(LOOKS)(
    `${name}, %s and %s wide: axe finds nothing, nothing complains, nothing scrolls sideways`,
    async (colorScheme, width) => {
      const reader = await browser.open(world.url + path(), { colorScheme, viewport: { width, height: 800 } })
      await reader.page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true })")
      expect(await findBarriers(reader.page)).toEqual([])
      const overflow = await reader.page.evaluate("document.documentElement.scrollWidth - innerWidth")
      expect(overflow).toBeLessThanOrEqual(0)
      expect(reader.complaints()).toEqual(CLEAN)
      await reader.close()
    },
  )
}

test("panels, the sheet of prompts and the help are in reach of a keyboard, and axe finds nothing in them", async () => {
  const wide = await browser.open(world.url + page, { viewport: { width: 1280, height: 800 } })
  for (const panel of ["view", "use"]) {
    await wide.page.focus(`button[popovertarget=${panel}]`)
    await wide.page.keyboard.press("Enter")
    await wide.page.waitForSelector(`#${panel}:popover-open`)
    expect(await findBarriers(wide.page)).toEqual([])
    await wide.page.keyboard.press("Escape")
  }
  await wide.page.keyboard.press("?")
  await wide.page.waitForSelector("#help")
  expect(await findBarriers(wide.page)).toEqual([])
  const phone = await browser.open(world.url + page, { viewport: { width: 390, height: 800 } })
  expect(await phone.page.locator("#contents:visible").count()).toBe(0)
  await phone.page.click("#outline-button")
  await phone.page.waitForSelector("#contents:popover-open")
  expect(await findBarriers(phone.page)).toEqual([])
  await phone.page.locator("#contents a").last().click()
  await phone.page.waitForFunction(() => !document.querySelector("#contents:popover-open"))
})
