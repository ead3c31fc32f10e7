import { mkdtemp, rm, writeFile } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { pathToFileURL } from "node:url"
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from "vitest"
import type { Item } from "../../src/protocol/item.ts"
import { launchBrowser, type TestBrowser } from "../browser/browser.ts"
import { createEncryptedShare } from "../encrypted-client.ts"
import { kitchenSink, ROOT } from "../fixtures/viewer/kitchen-sink.ts"
import { HEAVY } from "../hostile/attacks/heavy.ts"
import type { Attack } from "../hostile/attacks/vector.ts"
import { attacks } from "../hostile/attacks.ts"
import { createGuard, type Guard } from "../hostile/guard.ts"
import { countPlaces, heavySession, hostileSession } from "../hostile/places.ts"
import type { Scanned } from "../hostile/scan.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

/** Everything in a share is untrusted: nothing of it runs, nothing asks for anything, nothing of the page is taken. */

const ALL = attacks()
/** Every third one, of all families; `HOSTILE=all` lets all of them loose. */
const CORPUS = process.env.HOSTILE === "all" ? ALL : ALL.filter((_, at) => at % 3 === 0)
const PACK = 20
const PACKS = Array.from({ length: Math.ceil(CORPUS.length / PACK) }, (_, at) =>
  CORPUS.slice(at * PACK, (at + 1) * PACK),
)
/** One of so many, all families among them. */
const sample = (each: number) => CORPUS.filter((_, at) => at % each === 0)

/** Escaping alone has to hold. */
const UNGUARDED = { bypassCSP: true }

let world: World
let browser: TestBrowser
let folder: string
let benign: string
const made = new Map<number, Promise<string>>()
let count = 0

beforeAll(async () => {
  world = await createWorld()
  browser = await launchBrowser(inject("chromiumPath"))
  folder = await mkdtemp(join(tmpdir(), "hostile-"))
  benign = (await newShare(ROOT, kitchenSink())).url
})
afterAll(async () => {
  await browser.close()
  await world.close()
  await rm(folder, { recursive: true, force: true })
})

async function newShare(root: string, items: Item[]) {
  const client = createNativeClient(world.url)
  const { id, secret } = (await client.create(root)).body
  const sync = async (data: Item[]) =>
    expect(await client.sync(id, secret, data)).toMatchObject({ status: 200 })
  await sync(items)
  return { id, secret, url: `${world.url}/share/${id}`, sync }
}

function newHostileShare(pack: readonly Attack[], options: { everything?: boolean } = {}) {
  const root = `ses_hostile${++count}`
  return newShare(root, hostileSession(pack, { root, ...options }))
}

/** The share of a pack, made when it is first asked for. */
function shareOf(at: number): Promise<string> {
  const share = made.get(at) ?? newHostileShare(PACKS[at] ?? []).then(({ url }) => url)
  made.set(at, share)
  return share
}

async function newGuard(options?: Parameters<typeof createGuard>[1]): Promise<Guard> {
  const guard = await createGuard(browser.browser, options)
  onTestFinished(() => guard.close())
  return guard
}

/** Every element that there will ever be is made, and everything that folds is open. */
function unfoldAll({ page }: Guard): Promise<void> {
  return page.evaluate(() => {
    dispatchEvent(new Event("beforeprint"))
    for (const details of document.querySelectorAll("details")) details.open = true
  })
}

/** Looks at a page that may hold no more than one of the same kind of a friendly share. */
async function inspect(
  guard: Guard,
  url: string,
  like: Scanned,
  before?: () => Promise<unknown>,
): Promise<Scanned> {
  await guard.open(url)
  await unfoldAll(guard)
  await before?.()
  const scanned = await guard.scan()
  expect({ url, faults: scanned.faults, looks: scanned.looks }).toEqual({
    url,
    faults: [],
    looks: like.looks,
  })
  return scanned
}

/** The same page of the friendly share. */
async function friendly(guard: Guard, url: string): Promise<Scanned> {
  await guard.open(url)
  await unfoldAll(guard)
  const scanned = await guard.scan()
  expect(scanned.faults).toEqual([])
  return scanned
}

/** That what was looked at was there at all: of these attacks the page tells. */
function expectTold({ told }: Scanned, pack: readonly Attack[]): void {
  const numbered = pack.filter(({ n, text }) => text.includes(String(n)))
  expect(told).toEqual(expect.arrayContaining(numbered.map(({ n }) => n)))
}

async function saved(url: string): Promise<string> {
  const path = join(folder, `${++count}.html`)
  await writeFile(path, await (await fetch(`${url}.html`)).text())
  return pathToFileURL(path).href
}

test("the corpus is as large as it says, and every attack of it is another", () => {
  const bare = new Set(ALL.map(({ n, text }) => text.replaceAll(String(n), "")))
  expect(bare.size).toBe(ALL.length)
  expect(ALL.length).toBeGreaterThanOrEqual(700)
  expect(CORPUS.length).toBeGreaterThanOrEqual(ALL.length / 3)
  expect(countPlaces()).toBeGreaterThanOrEqual(150)
})

test("a long conversation, with the policy that the server sends", async () => {
  const guard = await newGuard()
  const like = await friendly(guard, benign)
  for (const at of everyNth(PACKS.length, 3)) {
    const url = `${await shareOf(at)}${at % 2 ? "?show=all" : ""}`
    expectTold(await inspect(guard, url, like), PACKS[at] ?? [])
    expect(guard.alarms()).toEqual([])
  }
})

test("every attack in every place of an exported file, without a policy that could save it", async () => {
  const guard = await newGuard(UNGUARDED)
  const like = await friendly(guard, await saved(benign))
  for (const [at, pack] of PACKS.entries()) {
    expectTold(await inspect(guard, await saved(await shareOf(at)), like), pack)
    expect(guard.alarms()).toEqual([])
  }
})

test("a file with its policy, and a conversation without scripts or without a policy", async () => {
  const file = await newGuard()
  const unguarded = await newGuard(UNGUARDED)
  const still = await newGuard({ ...UNGUARDED, javaScriptEnabled: false })
  const likes = [await friendly(file, await saved(benign)), await friendly(unguarded, benign)] as const
  for (const at of everyNth(PACKS.length, 12)) {
    const [url, pack] = [await shareOf(at), PACKS[at] ?? []]
    expectTold(await inspect(file, await saved(url), likes[0]), pack)
    expectTold(await inspect(unguarded, url, likes[1]), pack)
    await still.open(url)
    const scanned = await still.scan()
    expect(scanned.faults).toEqual([])
    expectTold(scanned, pack)
  }
  for (const guard of [file, unguarded, still]) expect(guard.alarms()).toEqual([])
})

test("the pages of changes and of what was found", async () => {
  const guard = await newGuard(UNGUARDED)
  const changes = await friendly(guard, `${benign}/changes`)
  const found = await friendly(guard, `${benign}/search?q=queue`)
  for (const at of everyNth(PACKS.length, 5)) {
    await inspect(guard, `${await shareOf(at)}/changes`, changes)
    for (const { text } of everyNth(PACK, 7).flatMap((one) => PACKS[at]?.[one] ?? [])) {
      const q = encodeURIComponent(text.replace(/\p{Cs}/gu, "").slice(0, 190))
      await inspect(guard, `${await shareOf(at)}/search?q=${q}`, found)
    }
    expect(guard.alarms()).toEqual([])
  }
})

test.each([
  { name: "with the policy", options: {} },
  { name: "without it", options: UNGUARDED },
])(
  "a reader who opens, hovers, clicks and copies, where numbers are texts as well, $name",
  async ({ options }) => {
    const guard = await newGuard({ ...options, permissions: ["clipboard-write"] })
    const like = await friendly(guard, benign)
    for (const pack of chunked(sample(122), 3)) {
      const { url } = await newHostileShare(pack, { everything: true })
      expectTold(await inspect(guard, url, like, () => readOn(guard)), pack)
      for (const path of await linkedPages(guard)) {
        await guard.open(`${world.url}${path}`)
        await unfoldAll(guard)
        expect({ path, faults: (await guard.scan()).faults }).toEqual({ path, faults: [] })
      }
      expect(guard.alarms()).toEqual([])
    }
  },
)

test("attacks that come while the page is open", async () => {
  const guard = await newGuard(UNGUARDED)
  const root = "ses_live"
  const { session, user, assistant, text } = itemsOf(root)
  const { url, sync } = await newShare(root, [session(), user("msg_0", 1), text("msg_0", "prt_0", "Begin")])
  const like = await friendly(guard, url)
  await guard.page.locator("#live.live").waitFor({ state: "attached" })
  const coming = sample(4)
  for (const [at, pack] of chunked(coming, 16).entries()) {
    const message = `msg_${at + 1}`
    const parts = pack.map((attack) => text(message, `prt_${attack.n}`, attack.text))
    const begun = {
      id: `prt_t${at}`,
      messageID: message,
      sessionID: root,
      type: "text",
      text: "",
      time: { start: 1 },
    }
    await sync([
      session({ title: pack[0]?.text ?? "" }),
      assistant(message, at + 2),
      ...parts,
      { type: "part", data: begun },
    ])
    await guard.page.locator(`#prt_t${at}`).waitFor({ state: "attached" })
  }
  await unfoldAll(guard)
  const scanned = await guard.scan()
  expectTold(scanned, coming)
  expect([scanned.faults, guard.alarms()]).toEqual([[], []])
  expect(scanned.looks.form).toBe(like.looks.form)
})

test("attacks in a share that only its readers can read, drawn by the browser, and letter by letter", async () => {
  const guard = await newGuard(UNGUARDED)
  const strict = await newGuard()
  for (const pack of chunked(sample(46), 8)) {
    const root = `ses_sealed${++count}`
    const share = await createEncryptedShare(world.url, root)
    const { assistant, text } = itemsOf(root)
    const typed = { ...(text("msg_typed", "prt_typed", "").data as object), time: { start: 1 } }
    const begun = [assistant("msg_typed"), { type: "part", data: typed }]
    await share.sync([...hostileSession(pack, { root }), ...begun], {
      title: pack[0]?.text.slice(0, 500) ?? "",
    })
    for (const one of [guard, strict]) {
      await one.open(share.link)
      await one.page.locator("#summary").waitFor({ state: "attached" })
      await one.page.locator("#live.live").waitFor({ state: "attached" })
      const place = { sessionID: root, messageID: "msg_typed", partID: "prt_typed", field: "text" } as const
      const words = pack.map((attack) => attack.text).join("\n")
      const sealed = await share.sealer.sealDeltas([{ ...place, from: 0, text: words }])
      expect(await share.pass({ sealed })).toBe(200)
      await one.page.locator("#prt_typed .passing").waitFor({ state: "attached" })
      await unfoldAll(one)
      const scanned = await one.scan()
      expectTold(scanned, pack)
      expect([scanned.faults, one.alarms()]).toEqual([[], []])
    }
  }
})

test("titles in the head of a page, for whatever shows links", async () => {
  const root = "ses_title"
  const { session } = itemsOf(root)
  const { url, sync } = await newShare(root, [session()])
  const guard = await newGuard(UNGUARDED)
  await guard.open(benign)
  const heads = new Set<string>()
  const shown: (string | null)[] = []
  for (const attack of sample(2)) {
    await sync([session({ title: attack.text, directory: attack.text })])
    const page = await (await fetch(url)).text()
    const head = await guard.page.evaluate(readHead, page)
    heads.add(head.shape)
    shown.push(head.title)
  }
  expect(heads.size).toBe(1)
  expect(shown).toContain("<script>__pwned(10000)</script>")
})

test.each(["md", "txt", "json", "html"])("what is not a page is not taken for one: .%s", async (ending) => {
  for (const at of everyNth(PACKS.length, 9)) {
    const { headers } = await fetch(`${await shareOf(at)}.${ending}`)
    expect(headers.get("x-content-type-options")).toBe("nosniff")
    expect(headers.get("content-security-policy")).toContain("default-src 'none'")
    const type = { md: "text/markdown", txt: "text/plain", json: "application/json", html: "text/html" }[
      ending
    ]
    expect(headers.get("content-type")).toBe(`${type}; charset=utf-8`)
    expect(headers.get("content-disposition")).toMatch(/^(?:inline|attachment); filename="[\w-]+\.\w+"$/)
  }
})

test.each(Object.entries(HEAVY))(
  "what some parser takes too long for makes no page too long: %s",
  async (_, make) => {
    const chars = 24_000
    const sizes: number[] = []
    for (const size of [chars, 2 * chars]) {
      const root = `ses_heavy${++count}`
      const { url } = await newShare(root, heavySession(make(size), root))
      const answer = await fetch(`${url}.html`)
      expect(answer.status).toBe(200)
      sizes.push((await answer.text()).length)
    }
    const [once = 0, twice = 0] = sizes
    // Twice the text is at most about twice the page: nothing grows with the square of what was sent.
    expect(twice).toBeLessThan(2.2 * once + 100_000)
  },
)

/** What a curious reader does. */
async function readOn({ page }: Guard): Promise<void> {
  for (let more = 0; more < 3; more++) {
    const link = page.locator(".part a.more").nth(more)
    if ((await link.count()) === 0) break
    await link.evaluate((one) => (one as HTMLElement).click())
    await page.waitForFunction(() => !document.querySelector("a[aria-busy]"))
  }
  const sources = page.locator("main pre:visible")
  for (let at = 0; at < Math.min(3, await sources.count()); at++) {
    await sources.nth(at).hover({ force: true })
    await page.locator("button.copy").first().click({ force: true })
  }
  await page.locator("a.permalink:visible").first().click({ force: true })
  await page.mouse.wheel(0, 2_000)
  await page.keyboard.press("Tab")
  await unfoldAll({ page } as Guard)
}

/** Some pages that this one leads to: of parts and of subagents' sessions. */
function linkedPages({ page }: Guard): Promise<string[]> {
  return page.evaluate(() => {
    const paths = [...document.querySelectorAll("main a[href^='/share/']")].map(
      (a) => a.getAttribute("href") ?? "",
    )
    const [parts, sessions] = ["/part/", "/session/"].map((kind) =>
      paths.filter((path) => path.includes(kind)),
    )
    return [...(parts ?? []).slice(0, 2), ...(sessions ?? []).slice(0, 3)]
  })
}

/** Runs in a page: what a head is made of, and the title that services read in it. */
function readHead(text: string): { shape: string; title: string | null } {
  const { head, body } = new DOMParser().parseFromString(text, "text/html")
  const shape = [...head.children].map((one) => `${one.localName} ${one.getAttributeNames().join(" ")}`)
  shape.push(body.getAttributeNames().join(" "), String(body.querySelectorAll("script, img, iframe").length))
  const title = head.querySelector("meta[property='og:title']")
  return { shape: shape.join(", "), title: title?.getAttribute("content") ?? null }
}

function everyNth(length: number, each: number): number[] {
  return Array.from({ length: Math.ceil(length / each) }, (_, at) => at * each)
}

function chunked<One>(all: readonly One[], size: number): One[][] {
  return Array.from({ length: Math.ceil(all.length / size) }, (_, at) =>
    all.slice(at * size, (at + 1) * size),
  )
}
