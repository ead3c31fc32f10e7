import { afterAll, beforeAll, describe, expect, inject, onTestFinished, test } from "vitest"
import { newKeyText, withKey } from "../../src/encryption/share-key.ts"
import sample from "../../src/host/sample/sample.json" with { type: "json" }
import type { Item } from "../../src/protocol/item.ts"
import type { ManifestAnswer } from "../../src/protocol/routes.ts"
import { findBarriers } from "../browser/axe.ts"
import { launchBrowser, type TestBrowser } from "../browser/browser.ts"
import { CLEAN, type WatchedPage } from "../browser/watched-page.ts"
import { claimOf, createDirectClient, pack, put, wishOf } from "../direct-client.ts"
import { createEncryptedShare, type EncryptedShare, readManifest, readSegment } from "../encrypted-client.ts"
import { itemsOf } from "../items.ts"
import { type Lie, type LyingServer, startLyingServer } from "../lying-server.ts"
import { waitFor } from "../wait.ts"
import { createWorld, type World } from "../world.ts"

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

let count = 0

async function newShare(): Promise<EncryptedShare & ReturnType<typeof itemsOf>> {
  const sessionID = `ses_secret${++count}`
  return { ...(await createEncryptedShare(world.url, sessionID)), ...itemsOf(sessionID) }
}

/** A share of four commits, each with words of its own. */
async function writtenShare() {
  const share = await newShare()
  await share.sync([share.session({ title: "Four sealed commits" })], { title: "Four sealed commits" })
  await share.sync([share.user("msg_1", 1), share.text("msg_1", "prt_1", "the first words")])
  await share.sync([share.assistant("msg_2", 2), share.text("msg_2", "prt_2", "the second words")])
  await share.sync([share.user("msg_3", 3), share.text("msg_3", "prt_3", "the third words")])
  return share
}

async function newLiar(): Promise<LyingServer> {
  const liar = await startLyingServer(world.url)
  onTestFinished(() => liar.stop())
  return liar
}

function shows({ page }: WatchedPage, text: string): Promise<void> {
  return page.getByText(text).filter({ visible: true }).first().waitFor()
}

function bodyOf({ page }: WatchedPage): Promise<string> {
  return page.locator("body").innerText()
}

/** The same link at another server. */
function at(url: string, share: EncryptedShare): string {
  return share.link.replace(world.url, url)
}

async function isLive({ page }: WatchedPage): Promise<void> {
  await page.locator("#live.live").waitFor()
}

describe("with the whole link", () => {
  test("[K8] it opens, stays live, survives a merge, and ends when it is revoked; the key goes nowhere", async () => {
    const share = await writtenShare()
    const server = await newLiar()
    const open = await browser.open(at(server.url, share))
    const { page } = open
    await shows(open, "the third words")
    expect(await page.title()).toBe("Four sealed commits · Better Share")
    await isLive(open)
    await page.evaluate("window.stillTheSamePage = true")

    await share.sync([share.text("msg_3", "prt_3", "the third words, and more")])
    await shows(open, "the third words, and more")
    await share.merge([
      share.session({ title: "Merged meanwhile" }),
      share.user("msg_1", 1),
      share.text("msg_1", "prt_1", "the first words"),
      share.user("msg_3", 3),
      share.text("msg_3", "prt_3", "the third words, and more"),
    ])
    await share.sync([share.assistant("msg_4", 4), share.text("msg_4", "prt_4", "after the merge")])
    await shows(open, "after the merge")
    // The merge left a message out, as if it had been removed before.
    expect(await bodyOf(open)).not.toContain("the second words")
    expect(await page.title()).toBe("Merged meanwhile · Better Share")
    expect(await page.evaluate("window.stillTheSamePage")).toBe(true)
    expect(await page.locator("#warning").isVisible()).toBe(false)

    await share.remove()
    await shows(open, "This share is gone")
    expect(await bodyOf(open)).not.toContain("after the merge")
    expect(open.complaints()).toEqual(CLEAN)
    expect(server.requests.length).toBeGreaterThan(8)
    for (const request of server.requests) {
      expect(request).not.toContain(share.keyText)
      expect(request).not.toContain("#")
    }
  })

  test("[K8] a page that is opened before the first commit fills itself", async () => {
    const share = await newShare()
    const open = await browser.open(share.link)
    await shows(open, "have not arrived yet")
    await isLive(open)
    await share.sync([
      share.session({ title: "Late" }),
      share.user("msg_1"),
      share.text("msg_1", "prt_1", "here I am"),
    ])
    await shows(open, "here I am")
    expect(await open.page.title()).toBe("Late · Better Share")
    expect(open.complaints()).toEqual(CLEAN)
  })

  test("[K8] a connection that breaks is made up for", async () => {
    const share = await writtenShare()
    const open = await browser.open(share.link)
    await isLive(open)
    await open.context.setOffline(true)
    await world.restart()
    await share.sync([share.user("msg_9", 9), share.text("msg_9", "prt_9", "said meanwhile")])
    await open.context.setOffline(false)
    await open.page.locator(".part", { hasText: "said meanwhile" }).waitFor({ timeout: 40_000 })
  })

  test("[K8] a server that does not answer at first is asked again", async () => {
    const share = await writtenShare()
    const server = await newLiar()
    server.lie(({ path }) =>
      path.endsWith("/segments") ? Buffer.from("<html>bad gateway</html>") : undefined,
    )
    const open = await browser.open(at(server.url, share))
    await shows(open, "The server does not answer")
    server.lie(undefined)
    await shows(open, "the third words")
  })

  test("[K8] text that is being written comes sealed, and shows before its commit", async () => {
    const share = await newShare()
    const begun = (text: string): Item => ({
      type: "part",
      data: { ...(share.text("msg_1", "prt_1", text).data as object), time: { start: 1 } },
    })
    await share.sync([share.session(), share.assistant("msg_1"), begun("")])
    const open = await browser.open(share.link)
    await isLive(open)
    const texts = ["It is ", "being written ", "at this very moment"]
    const from = (at: number) => texts.slice(0, at).join("").length
    for (const [at, text] of texts.entries()) {
      const place = {
        sessionID: share.sessionID,
        messageID: "msg_1",
        partID: "prt_1",
        field: "text",
      } as const
      const sealed = await share.sealer.sealDeltas([{ ...place, from: from(at), text }])
      expect(await share.pass({ sealed })).toBe(200)
    }
    expect(await share.pass({ sealed: "AAAA" })).toBe(200)
    await open.page.locator("#prt_1 .passing", { hasText: texts.join("") }).waitFor()
    // A commit of something else leaves it where it is, one of a piece of it what goes beyond; its own takes its place.
    await share.sync([share.user("msg_2")])
    await open.page.locator("#msg_2").waitFor({ state: "attached" })
    await open.page.locator("#prt_1 .passing", { hasText: texts.join("") }).waitFor()
    await share.sync([begun("It is ")])
    await open.page.locator("#prt_1 .prose", { hasText: "It is" }).waitFor()
    await open.page.locator("#prt_1 .passing", { hasText: texts.slice(1).join("") }).waitFor()
    await share.sync([share.text("msg_1", "prt_1", texts.join(""))])
    await open.page.locator("#prt_1 .prose", { hasText: texts.join("") }).waitFor()
    expect(await open.page.locator(".passing").count()).toBe(0)
    expect(open.complaints()).toEqual(CLEAN)
    // In the open it would tell the server what the share hides.
    const place = { sessionID: share.sessionID, messageID: "msg_1", partID: "prt_1" }
    expect(await share.pass({ deltas: [{ ...place, field: "text", from: 0, text: "in the open" }] })).toBe(
      400,
    )
  })

  test("[K8] it draws what the server draws of an open share", async () => {
    const items = sample.items as Item[]
    const client = createDirectClient(world.url)
    const packed = pack(items)
    const { body: made } = await client.reserve({ sessionId: sample.sessionID, tickets: [wishOf(packed)] })
    const [ticket] = made.tickets
    if (!ticket) throw new Error("no ticket")
    await put(ticket, packed.body)
    await client.presign(made.shareId, made.secret, { commit: { segments: [claimOf(ticket, packed)] } })
    const share = await createEncryptedShare(world.url, sample.sessionID)
    await share.sync(items)

    const drawn: string[] = []
    for (const url of [made.url, share.link]) {
      const open = await browser.open(url)
      await isLive(open)
      // What changed has a page of its own elsewhere; here it stands in this one, with its diffs.
      const diffs = await open.page.locator("#changes pre.diff").count()
      expect(diffs > 0).toBe(url === share.link)
      await open.page.evaluate("document.getElementById('changes').remove()")
      const html = await open.page.locator("#page").innerHTML()
      // Links hold the key here, and the folded has no page of its own.
      drawn.push(html.replaceAll(/ href="[^"]*"/g, ""))
      expect(open.complaints()).toEqual(CLEAN)
      await open.close()
    }
    expect(drawn[0]?.length).toBeGreaterThan(20_000)
    expect(drawn[1]).toBe(drawn[0])
  })

  test("[K8] permalinks hold the key, lead to their message, and what is folded unfolds", async () => {
    const share = await newShare()
    const long = Array.from({ length: 200 }, (_, line) => `line ${line} of a long prompt`).join("\n\n")
    await share.sync([
      share.session(),
      share.user("msg_1", 1),
      share.text("msg_1", "prt_1", long),
      share.user("msg_2", 2),
      share.text("msg_2", "prt_2", "where the permalink leads"),
    ])
    const open = await browser.open(share.link)
    const { page } = open
    await shows(open, "line 1 of")
    const permalink = page.locator("#msg_2 .permalink")
    expect(await permalink.getAttribute("href")).toBe(`#k=${share.keyText}&msg_2`)
    await page.locator("#msg_1 a.more").click()
    await page.getByText("line 199 of").waitFor({ state: "attached" })
    await permalink.click()
    expect(await page.evaluate("location.hash")).toBe(`#k=${share.keyText}&msg_2`)
    await page.locator("#msg_2.targeted").waitFor()
    // An address without the key, as somebody may type it, is given the key again.
    await page.evaluate("location.hash = 'msg_1'")
    await waitFor("the key to be back", async () => {
      return (await page.evaluate("location.hash")) === `#k=${share.keyText}&msg_1`
    })
    await page.reload()
    await shows(open, "where the permalink leads")
    await page.locator("#msg_1.targeted").waitFor()
    expect(open.complaints()).toEqual(CLEAN)
  })
})

describe("without the key", () => {
  test("[K9] a link without one says so, and opens when the whole link comes", async () => {
    const share = await writtenShare()
    for (const link of [
      share.link.split("#")[0] ?? "",
      share.link.slice(0, -3),
      `${share.link.split("#")[0]}#msg_1`,
    ]) {
      const open = await browser.open(link)
      await shows(open, "The key is missing")
      expect(await bodyOf(open)).not.toContain("words")
      await open.page.evaluate(`location.hash = ${JSON.stringify(new URL(share.link).hash)}`)
      await shows(open, "the first words")
      expect(open.complaints()).toEqual(CLEAN)
      await open.close()
    }
  })

  test("[K9] one with another key says so", async () => {
    const share = await writtenShare()
    const open = await browser.open(withKey(share.link, newKeyText()))
    await shows(open, "The key does not fit")
    expect(await bodyOf(open)).not.toContain("words")
    expect(open.complaints()).toEqual(CLEAN)
  })

  test("[K9] without scripts the page says what it takes", async () => {
    const share = await writtenShare()
    const open = await browser.open(share.link, { javaScriptEnabled: false })
    // The selectors' own text matching passes over noscript.
    await open.page.locator("noscript .cause").waitFor({ state: "visible" })
    expect(await bodyOf(open)).toContain("opencode import")
  })
})

type Liar = (share: EncryptedShare) => Promise<Lie>

/** A lie about the list of segments. */
function relist(change: (manifest: ManifestAnswer) => void): Liar {
  return async () =>
    ({ path, body }) => {
      if (!path.endsWith("/segments")) return undefined
      const manifest = JSON.parse(body.toString()) as ManifestAnswer
      change(manifest)
      return Buffer.from(JSON.stringify(manifest))
    }
}

const LIES: [string, Liar][] = [
  [
    "one segment's body stands for another's",
    async (share) => {
      const other = Buffer.from(await readSegment(world.url, share.id, share.state.segments[1] ?? ""))
      return ({ path }) => (path.endsWith(share.state.segments[2] ?? "") ? other : undefined)
    },
  ],
  [
    "one segment stands for another in the list",
    relist(({ segments }) => {
      const [, second, third] = segments
      if (second && third) segments.splice(1, 1, third)
    }),
  ],
  ["the last segment is dropped", relist(({ segments }) => void segments.pop())],
  ["a segment in the middle is dropped", relist(({ segments }) => void segments.splice(1, 1))],
  [
    "two segments are in another order",
    relist(({ segments }) => void segments.splice(1, 2, ...segments.slice(1, 3).reverse())),
  ],
  ["a segment is replayed at the end", relist(({ segments }) => void segments.push(...segments.slice(1, 2)))],
  [
    "list and revision are old ones, with the newest head",
    relist((manifest) => {
      manifest.segments.splice(2)
      manifest.revision = 2
    }),
  ],
  ["the revision is another", relist((manifest) => void manifest.revision++)],
  ["the head is left out", relist((manifest) => void delete manifest.head)],
  [
    "a bit of a segment is another",
    async () =>
      ({ path, body }) => {
        if (path.endsWith("/segments")) return undefined
        body[body.length - 20] = (body[body.length - 20] ?? 0) ^ 1
        return body
      },
  ],
  [
    "a bit of the head is another",
    relist((manifest) => {
      const head = Buffer.from(manifest.head ?? "", "base64url")
      head[head.length - 20] = (head[head.length - 20] ?? 0) ^ 1
      manifest.head = head.toString("base64url")
    }),
  ],
  [
    "a sealed segment poses as the head",
    async (share) => {
      const segment = Buffer.from(await readSegment(world.url, share.id, share.state.segments[0] ?? ""))
      return relist((manifest) => {
        manifest.head = segment.toString("base64url")
      })(share)
    },
  ],
]

describe("a server that lies", () => {
  test.each(LIES)("[K10] is found out when %s: nothing is shown", async (_, makeLie) => {
    const share = await writtenShare()
    const liar = await newLiar()
    liar.lie(await makeLie(share))
    const open = await browser.open(at(liar.url, share))
    await shows(open, "This session has been tampered with")
    expect(await bodyOf(open)).not.toMatch(/words|Four sealed/)
    expect(await open.page.title()).toBe("This session has been tampered with · Better Share")
    // Honest again, the same link opens.
    liar.lie(undefined)
    await open.page.reload()
    await shows(open, "the third words")
    expect(open.complaints()).toEqual(CLEAN)
    await open.close()
  })

  test("[K10] is found out while the page is open: what was proven stays, and no more comes", async () => {
    const share = await writtenShare()
    const liar = await newLiar()
    const open = await browser.open(at(liar.url, share))
    await isLive(open)
    liar.lie(await relist(({ segments }) => void segments.splice(1, 1))(share))
    await share.sync([share.user("msg_5", 5), share.text("msg_5", "prt_5", "words with a lie around them")])
    await shows(open, "stays as it was at revision 4")
    const body = await bodyOf(open)
    expect(body).toContain("the third words")
    expect(body).not.toContain("words with a lie")
    expect(body).toContain("Ended")
  })

  test("[K11] that goes back to an old state is found out by whoever saw a newer one, and by nobody else", async () => {
    const share = await writtenShare()
    const liar = await newLiar()
    const [old, first] = [await readManifest(world.url, share.id), share.state.segments.slice(0, 4)]
    await share.sync([share.user("msg_5", 5), share.text("msg_5", "prt_5", "what is to be forgotten")])
    const open = await browser.open(at(liar.url, share))
    await shows(open, "what is to be forgotten")
    expect(old.segments.map(({ segment }) => segment)).toEqual(first)

    const rollback: Lie = ({ path }) =>
      path.endsWith("/segments") ? Buffer.from(JSON.stringify(old)) : undefined
    liar.lie(rollback)
    await open.page.reload()
    await shows(open, "This may be an old state")
    expect(await bodyOf(open)).toContain("this browser has seen revision 5")
    expect(await bodyOf(open)).toContain("the third words")

    const stranger = await browser.open(at(liar.url, share))
    await shows(stranger, "the third words")
    expect(await stranger.page.locator("#warning").isVisible()).toBe(false)
  })

  test("[K11] the same while the page is open: it keeps what is newer", async () => {
    const share = await writtenShare()
    const liar = await newLiar()
    const old = await readManifest(world.url, share.id)
    await share.sync([share.user("msg_5", 5), share.text("msg_5", "prt_5", "the newest words")])
    const open = await browser.open(at(liar.url, share))
    await shows(open, "the newest words")
    await isLive(open)
    liar.lie(({ path }) => (path.endsWith("/segments") ? Buffer.from(JSON.stringify(old)) : undefined))
    await share.sync([share.user("msg_6", 6)])
    await shows(open, "This may be an old state")
    expect(await bodyOf(open)).toContain("the newest words")
  })

  test("[K10] that keeps a segment to itself is found out as well", async () => {
    const share = await writtenShare()
    const liar = await newLiar()
    liar.lie(({ path }) => (path.endsWith("/segments") ? undefined : Buffer.alloc(0)))
    const open = await browser.open(at(liar.url, share))
    await shows(open, "This session has been tampered with")
  })
})

describe("for everybody", () => {
  const views = [
    ["light", 1280],
    ["dark", 390],
  ] as const

  test.each(views)(
    "axe finds nothing in any state of the page, %s and %s wide",
    async (colorScheme, width) => {
      const share = await writtenShare()
      const bare = share.link.split("#")[0] ?? ""
      for (const link of [share.link, bare, withKey(bare, newKeyText())]) {
        const open = await browser.open(link, { colorScheme, viewport: { width, height: 800 } })
        await open.page.locator("h1").first().waitFor()
        if (link === share.link) await shows(open, "the third words")
        else await shows(open, "The key")
        expect(await findBarriers(open.page)).toEqual([])
        const overflow = await open.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        expect(overflow).toBeLessThanOrEqual(0)
        await open.close()
      }
    },
  )
})
