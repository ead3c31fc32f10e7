import { expect, inject, onTestFinished, test } from "vitest"
import type { Item } from "../../src/protocol/item.ts"
import type { TextDelta } from "../../src/protocol/passing.ts"
import { launchBrowser } from "../browser/browser.ts"
import { CLEAN } from "../browser/watched-page.ts"
import { claimOf, createDirectClient, pack, put, wishOf } from "../direct-client.ts"
import { itemsOf } from "../items.ts"
import { createWorld } from "../world.ts"
import { hidesText, isLive, showsText } from "./stage.ts"

const SESSION = "ses_typed"

/** A share that is committed to and typed into by hand, and a browser. */
async function setDesk() {
  const world = await createWorld()
  onTestFinished(() => world.close())
  const browser = await launchBrowser(inject("chromiumPath"))
  onTestFinished(() => browser.close())
  const client = createDirectClient(world.url)
  const { body } = await client.reserve({ sessionId: SESSION, tickets: [] })
  const { shareId: id, secret, url } = body
  const { session, user, text } = itemsOf(SESSION)
  return {
    browser,
    url,
    async commit(...items: Item[]) {
      const packed = pack(items)
      const { body } = await client.presign(id, secret, { tickets: [wishOf(packed)] })
      const [ticket] = body.tickets
      if (!ticket) throw new Error("no ticket")
      expect(await put(ticket, packed.body)).toBe(200)
      const commit = { segments: [claimOf(ticket, packed)] }
      expect((await client.presign(id, secret, { commit })).status).toBe(200)
    },
    async type(from: number, words: string, partID = "prt_2") {
      const delta: TextDelta = {
        sessionID: SESSION,
        messageID: "msg_2",
        partID,
        field: "text",
        from,
        text: words,
      }
      expect((await client.pass(id, secret, { deltas: [delta] })).status).toBe(200)
    },
    begun: [
      session({ title: "Typed by hand" }),
      user("msg_1"),
      text("msg_1", "prt_1", "Say something"),
      part({ id: "prt_0", type: "step-start" }),
      message({}),
    ],
  }
}

const message = (more: object): Item => ({
  type: "message",
  data: {
    id: "msg_2",
    sessionID: SESSION,
    role: "assistant",
    agent: "build",
    modelID: "m",
    providerID: "p",
    time: { created: 2, ...more },
  },
})
const part = (data: { id: string } & Record<string, unknown>): Item => ({
  type: "part",
  data: { messageID: "msg_2", sessionID: SESSION, ...data },
})
const words = (text: string, time: object = { start: 1 }, id = "prt_2") =>
  part({ id, type: "text", text, time })

test("[V7] words show as they are typed, and the commit takes their place", async () => {
  const { browser, url, commit, type, begun } = await setDesk()
  await commit(...begun, words(""))
  const reader = await browser.open(url)
  const { page } = reader
  await isLive(reader)
  const block = page.locator("#prt_2")
  const passing = block.locator(".passing")
  expect(await page.getByText("No text").count()).toBe(0)

  await type(0, "Some **bold")
  await passing.waitFor()
  expect(await block.textContent()).toBe("Some **bold")
  // What it has already, in part and whole, and what would leave a gap.
  await type(5, "**bold** words")
  await type(0, "Some")
  await type(400, "out of nowhere")
  await type(19, ",\n  as they come")
  await showsText(reader, "as they come")
  expect(await block.textContent()).toBe("Some **bold** words,\n  as they come")
  // The page of somebody who comes now.
  const late = await browser.open(url)
  await showsText(late, "as they come")

  // Everything that the block has ever shown from here on, frame by frame.
  await page.evaluate(`{
    const block = document.getElementById("prt_2")
    window.shown = []
    new MutationObserver(() => window.shown.push(block.textContent)).observe(block, {
      childList: true, subtree: true, characterData: true,
    })
  }`)
  const done = "Some **bold** words,\n  as they come, and done."
  await commit(words(done, { start: 1, end: 2 }), message({ completed: 3 }))
  for (const { page } of [reader, late]) await page.locator("#prt_2 strong").waitFor()
  expect(await block.locator(".passing").count()).toBe(0)
  expect((await block.textContent())?.trim()).toMatch(/^Some bold words,\s+as they come, and done\.$/)
  const shown = (await page.evaluate("window.shown")) as string[]
  expect(shown.length).toBeGreaterThan(0)
  for (const text of shown) expect(text.split("as they come").length - 1, text).toBe(1)
  // Late words of what is done are nothing.
  await type(0, "Some late words that nobody needs")
  await commit(words("The next part", { start: 1, end: 2 }, "prt_3"))
  await showsText(reader, "The next part")
  await hidesText(reader, "nobody needs")
  expect([reader.complaints(), late.complaints()]).toEqual([CLEAN, CLEAN])
})

test("[V7] hostile text stays text", async () => {
  const { browser, url, commit, type, begun } = await setDesk()
  await commit(...begun, words(""))
  const reader = await browser.open(url)
  await isLive(reader)
  const hostile = `<img src=x onerror="window.caught = true"><script>window.caught = true</script>&lt;b&gt;`
  for (let at = 0; at < hostile.length; at += 7) await type(at, hostile.slice(at, at + 7))
  await showsText(reader, "&lt;b&gt;")
  const block = reader.page.locator("#prt_2")
  expect(await block.textContent()).toBe(hostile)
  expect(await block.locator("img, script, b").count()).toBe(0)
  expect(await reader.page.evaluate("window.caught")).toBeUndefined()
  expect(reader.complaints()).toEqual(CLEAN)
})

test("[V7] words that come before their part wait for it, and a commit in between leaves the rest", async () => {
  const { browser, url, commit, type, begun } = await setDesk()
  await commit(...begun)
  const reader = await browser.open(url)
  const { page } = reader
  await isLive(reader)
  await type(0, "First words")
  await commit(words(""))
  await showsText(reader, "First words")
  // The block is drawn anew with what was committed, which is not all that was typed.
  await type(11, " and last ones")
  await showsText(reader, "and last ones")
  await commit(words("First words"))
  await page.locator('#prt_2[data-typed="11"]').waitFor()
  expect(await page.locator("#prt_2 .passing").textContent()).toBe(" and last ones")
  expect(await page.locator("#prt_2 .prose").textContent()).toContain("First words")
  // So it is when the whole message is drawn anew.
  await commit(message({ completed: 3 }))
  await page.locator("#msg_2 .working").waitFor({ state: "detached" })
  expect(await page.locator("#prt_2 .passing").textContent()).toBe(" and last ones")
  await type(25, ", as said.")
  await showsText(reader, ", as said.")
  expect(reader.complaints()).toEqual(CLEAN)
})

test("[V7] who reads along at the end stays there, and who reads above is not moved", async () => {
  const { browser, url, commit, type, begun } = await setDesk()
  const long = Array.from({ length: 80 }, (_, i) => `Paragraph ${i} of something long.`).join("\n\n")
  await commit(...begun, words(long, { start: 1, end: 2 }, "prt_1a"), words(""))
  const [along, above] = [await browser.open(url), await browser.open(url)]
  await isLive(along)
  await isLive(above)
  // Not every browser anchors what is read by itself: https://caniuse.com/css-overflow-anchor
  await along.page.evaluate("document.documentElement.style.overflowAnchor = 'none'")
  await along.page.evaluate("document.body.style.overflowAnchor = 'none'")
  await along.page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
  const typed = "line\n".repeat(60)
  for (let at = 0; at < typed.length; at += 60) await type(at, typed.slice(at, at + 60))
  await type(typed.length, "the very end")
  await showsText(along, "the very end")
  await showsText(above, "the very end")
  const toEnd = "document.documentElement.scrollHeight - scrollY - innerHeight"
  expect(await along.page.evaluate(toEnd)).toBeLessThan(2)
  expect(await above.page.evaluate("scrollY")).toBe(0)
})

test("[V7] thoughts go by in a few lines, and fold when they are done", async () => {
  const { browser, url, commit, type, begun } = await setDesk()
  const thought = (text: string, time: object) => part({ id: "prt_2", type: "reasoning", text, time })
  await commit(...begun, thought("", { start: 1 }))
  const reader = await browser.open(url)
  await isLive(reader)
  const thinking = Array.from({ length: 30 }, (_, i) => `thought ${i}\n`).join("")
  await type(0, thinking)
  await showsText(reader, "thought 29")
  const passing = reader.page.locator("#prt_2 .passing")
  expect((await passing.boundingBox())?.height).toBeLessThan(120)
  await commit(thought(thinking, { start: 1, end: 2 }))
  await reader.page.locator("#prt_2 details").waitFor()
  expect(await passing.count()).toBe(0)
})
