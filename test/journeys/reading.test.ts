import { readFile, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, beforeAll, expect, inject, test } from "vitest"
import { createFold } from "../../src/protocol/fold.ts"
import type { Item } from "../../src/protocol/item.ts"
import { launchBrowser, type TestBrowser } from "../browser/browser.ts"
import { CLEAN, type WatchedPage } from "../browser/watched-page.ts"
import { kitchenSink, ROOT } from "../fixtures/viewer/kitchen-sink.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { streamedSession } from "../streamed-session.ts"
import { createWorld, type World } from "../world.ts"
import { isLive } from "./stage.ts"

// What a reader does with a page, in a real browser.

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

async function share(sessionID: string, items: readonly Item[]) {
  const client = createNativeClient(world.url)
  const { id, secret } = (await client.create(sessionID)).body
  for (let at = 0; at < items.length; at += 2_000) await client.sync(id, secret, items.slice(at, at + 2_000))
  return {
    url: `${world.url}/share/${id}`,
    id,
    sync: (more: Item[]) => client.sync(id, secret, more),
  }
}

function longSession(
  sessionID: string,
  messages: number,
): { items: Item[]; prompts: string[]; answers: string[] } {
  const fold = createFold(sessionID)
  for (const batch of streamedSession({ sessionID, messages, partBytes: messages * 500 })) fold.apply(batch)
  const { messages: said } = fold.document()
  const ids = (role: string) => said.filter(({ info }) => info.role === role).map(({ info }) => info.id)
  return { items: [...fold.items()], prompts: ids("user"), answers: ids("assistant") }
}

const inWindow = ({ page }: WatchedPage, id: string) =>
  page.waitForFunction((id) => {
    const box = document.getElementById(id)?.getBoundingClientRect()
    return box !== undefined && box.height > 0 && box.top < innerHeight && box.bottom > 0
  }, id)

test("a permalink opens what it is folded in, goes there and marks it", async () => {
  const { url } = await share(ROOT, kitchenSink())
  const document = createFold(ROOT)
  document.apply(kitchenSink())
  const child = document.document().children[0]
  const id = child?.messages.at(-1)?.info.id ?? ""
  const reader = await browser.open(`${url}#${id}`)
  await inWindow(reader, id)
  expect(await reader.page.locator(`#${id}.targeted`).count()).toBe(1)
  expect(reader.complaints()).toEqual(CLEAN)
})

test("clicking the time of a message copies its address; the button on code copies the code", async () => {
  const { url } = await share(ROOT, kitchenSink())
  const reader = await browser.open(url, { permissions: ["clipboard-read", "clipboard-write"] })
  const { page } = reader
  const link = page.locator(".message.user .permalink").first()
  await link.click()
  await page.waitForSelector(".permalink.copied")
  const copied = await page.evaluate(() => navigator.clipboard.readText())
  expect(copied).toMatch(new RegExp(`^${url}#msg_\\w+$`))
  const message = page.locator(".message.user").first()
  await message.hover()
  await message.locator(".copy-message").click()
  await page.waitForFunction(() => document.querySelector(".copy-message")?.textContent === "Copied")
  // As it was typed, with the signs that the page has made something of.
  expect(await page.evaluate(() => navigator.clipboard.readText())).toContain("`src/queue.ts`")
  const fence = page.locator("#log .fence pre.code").first()
  await fence.hover()
  await page.click(".copy")
  await page.waitForFunction(() => document.querySelector(".copy")?.textContent === "Copied")
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(await fence.innerText())
  // A diff is copied with its signs, however it is laid out.
  const diff = page.locator("pre.diff").first()
  await diff.hover()
  await page.click(".copy")
  const text = await page.evaluate(() => navigator.clipboard.readText())
  expect(text).toMatch(/^@@ .*@@[^\n]*\n(?:[ +-].*\n?)+/)
  expect(reader.complaints()).toEqual(CLEAN)
})

test("keys: prompts forth and back, folding, help; the list of prompts follows", async () => {
  const { items, prompts } = longSession("ses_keys", 60)
  const { url } = await share("ses_keys", items)
  const reader = await browser.open(url, { viewport: { width: 1280, height: 700 } })
  const { page } = reader
  await isLive(reader)
  for (let press = 0; press < 3; press++) await page.keyboard.press("j")
  await inWindow(reader, prompts[2] ?? "")
  await page.waitForFunction(
    (id) => document.querySelector("#contents li.here a")?.getAttribute("href") === `#${id}`,
    prompts[2],
  )
  await page.keyboard.press("k")
  await inWindow(reader, prompts[1] ?? "")
  await page.keyboard.press("c")
  expect(await page.locator("details.work[open]").count()).toBe(0)
  await page.keyboard.press("e")
  expect(await page.locator("details.work:not([open])").count()).toBe(0)
  await page.keyboard.press("?")
  await page.waitForSelector("#help")
  await page.keyboard.press("Escape")
  await page.waitForSelector("#help", { state: "detached" })
  expect(reader.complaints()).toEqual(CLEAN)
})

test("what is shown is the reader's choice, and the address keeps it, with scripts and without", async () => {
  const { url } = await share(ROOT, kitchenSink())
  const reader = await browser.open(url)
  const { page } = reader
  const visible = (selector: string) => page.locator(`${selector}:visible`).count()
  expect(await visible(".part.tool")).toBeGreaterThan(5)
  expect(await visible(".part.step-finish")).toBe(0)
  await page.click("button[popovertarget=view]")
  await page.click("#show a[data-show=all]")
  expect(await visible(".part.step-finish")).toBeGreaterThan(0)
  await page.click("#show a[data-show=prompts]")
  expect(await visible(".message.assistant")).toBe(0)
  expect(page.url()).toBe(`${url}?show=prompts`)
  const plain = await browser.open(page.url(), { javaScriptEnabled: false })
  expect(await plain.page.locator(".message.assistant:visible").count()).toBe(0)
  expect(await plain.page.locator(".message.user:visible").count()).toBe(3)
  expect(reader.complaints()).toEqual(CLEAN)
})

test("a range shows what it was asked for, says so, and stays live", async () => {
  const items = itemsOf("ses_range")
  const said = ["msg_1", "msg_2", "msg_3"].flatMap((id, at) => [
    at === 1 ? items.assistant(id, at) : items.user(id, at),
    items.text(id, `prt_${at}`, `words number ${at}`),
  ])
  const { url, sync } = await share("ses_range", [items.session(), ...said])
  const reader = await browser.open(`${url}?from=msg_2`)
  const { page } = reader
  await isLive(reader)
  expect(await page.locator(".notice-bar").innerText()).toContain("Messages 2 to 3 of 3")
  expect(await page.locator("#page").innerText()).not.toContain("words number 0")
  await sync([items.assistant("msg_4", 9), items.text("msg_4", "prt_9", "the newest words")])
  await page.waitForSelector("text=the newest words")
  expect(await page.locator("#page").innerText()).not.toContain("words number 0")
  expect(reader.complaints()).toEqual(CLEAN)
})

test("a long session is light: middle turns are text until they are looked at, and a permalink finds them", async () => {
  const { items, prompts, answers } = longSession("ses_long", 600)
  const { url } = await share("ses_long", items)
  const reader = await browser.open(`${url}#${answers[300]}`)
  const { page } = reader
  await inWindow(reader, answers[300] ?? "")
  await page.waitForFunction(() => document.querySelectorAll(".packed").length === 0)
  expect(await page.locator("article.message").count()).toBe(600)
  expect(await page.locator("#contents li").count()).toBe(prompts.length)
  // A tool's line is there, and what it put out is fetched when it is asked for.
  const card = page.locator("details.card:has(> a.more)").first()
  await card.locator("summary").click()
  await card.locator("a.more").click()
  await page.waitForFunction(() => document.querySelector(".part.tool pre") !== null)
  expect(reader.complaints()).toEqual(CLEAN)
  const plain = await browser.open(url, { javaScriptEnabled: false })
  expect(await plain.page.locator("article.message").count()).toBe(600)
  expect(await plain.page.locator(".packed:visible").count()).toBe(0)
})

test("a change in a turn that is still packed arrives, and what comes below is counted", async () => {
  const { items, answers } = longSession("ses_news", 600)
  const { url, sync } = await share("ses_news", items)
  const reader = await browser.open(url)
  const { page } = reader
  await isLive(reader)
  const made = itemsOf("ses_news")
  await sync([made.text(answers[300] ?? "", "prt_zz1", "words in the middle")])
  await page.waitForFunction(() =>
    document.getElementById("prt_zz1")?.textContent?.includes("words in the middle"),
  )
  await page.waitForFunction(() => document.getElementById("news")?.textContent === "1 new")
  await sync([made.text(answers.at(-1) ?? "", "prt_zz2", "words at the end")])
  await page.waitForFunction(() => document.getElementById("news")?.textContent === "2 new")
  expect(await page.evaluate(() => scrollY)).toBe(0)
  await page.click("#news")
  await inWindow(reader, "prt_zz2")
  await page.waitForSelector("#news", { state: "detached" })
  expect(reader.complaints()).toEqual(CLEAN)
})

test("viewers are counted for each other, and a finished session says so", async () => {
  const items = itemsOf("ses_watched")
  const { url } = await share("ses_watched", [
    items.session(),
    items.user("msg_1"),
    items.text("msg_1", "prt_1", "Hi"),
  ])
  const first = await browser.open(url)
  const second = await browser.open(url)
  for (const { page } of [first, second]) {
    await page.waitForFunction(() => document.getElementById("live")?.textContent?.includes("2 watching"))
  }
  await second.close()
  await first.page.waitForFunction(() => !document.getElementById("live")?.textContent?.includes("watching"))
  const { url: done } = await share("ses_e0411c22dffeowc7ZskwPiINoM", await recorded())
  const reader = await browser.open(done)
  await reader.page.waitForFunction(() => document.getElementById("live")?.textContent === "Finished")
})

test("/ searches all of it, and a hit leads to where it is folded away", async () => {
  const { items, answers } = longSession("ses_search", 600)
  const made = itemsOf("ses_search")
  const lines = Array.from({ length: 400 }, (_, line) => `line ${line}${line === 390 ? " a needle" : ""}`)
  const needle: Item = {
    type: "part",
    data: {
      ...(made.text(answers[280] ?? "", "prt_zzneedle", "").data as object),
      type: "tool",
      tool: "bash",
      state: {
        status: "completed",
        input: { command: "seq 400" },
        output: lines.join("\n"),
        metadata: { exit: 0 },
      },
    },
  }
  const { url } = await share("ses_search", [...items, needle])
  const reader = await browser.open(url)
  const { page } = reader
  await isLive(reader)
  await page.keyboard.press("/")
  await page.keyboard.type("needle")
  await page.locator("dialog a.hit", { hasText: "a needle" }).first().waitFor()
  expect(await page.locator("dialog a.hit mark").first().innerText()).toBe("needle")
  await page.keyboard.press("ArrowDown")
  await page.keyboard.press("Enter")
  await page.waitForFunction(() => !document.querySelector("dialog[open]"))
  await inWindow(reader, "prt_zzneedle")
  await page.waitForFunction(() => document.getElementById("prt_zzneedle")?.textContent?.includes("a needle"))
  expect(new URL(page.url()).hash).toBe("#prt_zzneedle")
  expect(reader.complaints()).toEqual(CLEAN)
})

test("diffs side by side, as the reader's choice, that the next page keeps", async () => {
  const { url } = await share(ROOT, kitchenSink())
  const reader = await browser.open(url, { viewport: { width: 1280, height: 800 } })
  const { page } = reader
  await page.click("button[popovertarget=view]")
  await page.click("#view button:text('Side by side')")
  expect(await page.locator("pre.diff.split").count()).toBeGreaterThan(0)
  await page.reload()
  expect(await page.locator("pre.diff:not(.split)").count()).toBe(0)
  await page.click("button[popovertarget=view]")
  await page.click("#view button:text('Unified')")
  expect(await page.locator("pre.diff.split").count()).toBe(0)
  expect(reader.complaints()).toEqual(CLEAN)
})

test("saved as one file, it reads without a server, and asks nobody for anything", async () => {
  const { url, id } = await share(ROOT, kitchenSink())
  const answer = await fetch(`${url}.html`)
  expect(answer.headers.get("content-disposition")).toMatch(/^attachment; filename="[\w-]+\.html"$/)
  const path = join(world.dataDir, `${id}.html`)
  await writeFile(path, await answer.text())
  const reader = await browser.open(pathToFileURL(path).href)
  const { page } = reader
  expect(await page.locator("article.message").count()).toBeGreaterThan(15)
  // Everything is in it, at full length, and folds.
  expect(await page.locator("a.more").count()).toBe(0)
  await page.keyboard.press("c")
  expect(await page.locator("details.work[open]").count()).toBe(0)
  const links = await page
    .locator("a[href]")
    .evaluateAll((all) => all.map((a) => a.getAttribute("href") ?? ""))
  expect(links.filter((href) => href.startsWith("/") && href !== "/")).toEqual([])
  expect(reader.complaints()).toEqual(CLEAN)
})

async function recorded(): Promise<Item[]> {
  const text = await readFile(new URL("../fixtures/viewer/small.json", import.meta.url), "utf8")
  return JSON.parse(text) as Item[]
}
