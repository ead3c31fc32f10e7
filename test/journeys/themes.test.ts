import { beforeAll, expect, inject, onTestFinished, test } from "vitest"
import { LOOK_KEY } from "../../src/viewer/themes/names.ts"
import { paletteOf } from "../../src/viewer/themes/palettes.ts"
import { launchBrowser } from "../browser/browser.ts"
import { CLEAN } from "../browser/watched-page.ts"
import { createWorld } from "../world.ts"

const NORD = { light: paletteOf("nord", "light").background, dark: paletteOf("nord", "dark").background }
const LIGHT = { colorScheme: "light" } as const

let open: Awaited<ReturnType<typeof launchBrowser>>["open"]
let url: string
let share: string
beforeAll(async () => {
  const world = await createWorld()
  const browser = await launchBrowser(inject("chromiumPath"))
  open = browser.open
  url = world.url
  const answer = await fetch(`${url}/api/share`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ sessionID: "ses_themes" }),
  })
  share = `${url}/share/${((await answer.json()) as { id: string }).id}`
  return async () => {
    await browser.close()
    await world.close()
  }
})

type Opened = Awaited<ReturnType<typeof open>>["page"]

const paperOf = (page: Opened) =>
  page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue("--paper").trim())
const themesAsked = (page: Opened) =>
  page.evaluate(
    () => performance.getEntriesByType("resource").filter((e) => e.name.includes("/themes-")).length,
  )

function kept(look: string) {
  const origins = [{ origin: url, localStorage: [{ name: LOOK_KEY, value: look }] }]
  return { ...LIGHT, storageState: { cookies: [], origins } }
}

test("a page without a choice loads no theme", async () => {
  const { page, complaints } = await open(url, LIGHT)
  expect(await themesAsked(page)).toBe(0)
  expect(await paperOf(page)).toBe("#fcfbf8")
  expect(complaints()).toEqual(CLEAN)
})

test("what was chosen is there from the first picture on, on every page", async () => {
  for (const address of [url, share, `${url}/share/nothing`]) {
    const { page } = await open(address, kept("nord dark"))
    const [sheet] = await page.evaluate(() =>
      performance
        .getEntriesByType("resource")
        .filter(({ name }) => name.includes("/themes-"))
        .map(
          (entry) =>
            (entry as PerformanceResourceTiming & { renderBlockingStatus: string }).renderBlockingStatus,
        ),
    )
    expect(sheet).toBe("blocking")
    expect(await paperOf(page)).toBe(NORD.dark)
  }
})

test("a theme follows the system, and not on paper", async () => {
  const { page } = await open(share, kept("nord "))
  expect(await paperOf(page)).toBe(NORD.light)
  await page.emulateMedia({ colorScheme: "dark" })
  expect(await paperOf(page)).toBe(NORD.dark)
  await page.emulateMedia({ media: "print" })
  expect(await paperOf(page)).toBe(NORD.light)
})

test("what a reader chooses is kept, and other pages that are open follow", async () => {
  const { page, context, complaints } = await open(share, LIGHT)
  const other = await context.newPage()
  await other.goto(share)
  onTestFinished(() => context.close())
  await page.bringToFront()
  await page.getByRole("button", { name: "View" }).click()
  await page.getByLabel("Theme").selectOption({ label: "Nord" })
  await page.getByRole("button", { name: "Dark", exact: true }).click()
  for (const one of [page, other]) await expect.poll(() => paperOf(one)).toBe(NORD.dark)
  expect(await page.getByRole("button", { name: "Dark", exact: true }).getAttribute("aria-pressed")).toBe(
    "true",
  )
  const bar = await page.locator('meta[name="theme-color"]').first().getAttribute("content")
  expect(bar).toBe(NORD.dark)
  await other.reload()
  expect(await paperOf(other)).toBe(NORD.dark)
  expect(complaints()).toEqual(CLEAN)
})
