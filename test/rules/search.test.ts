import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { createTurns } from "../../src/api/turns.ts"
import { LIMITS } from "../../src/protocol/limits.ts"
import { createEncryptedShare } from "../encrypted-client.ts"
import { kitchenSink, ROOT } from "../fixtures/viewer/kitchen-sink.ts"
import { itemsOf } from "../items.ts"
import { createNativeClient } from "../native-client.ts"
import { createWorld, type World } from "../world.ts"

let world: World
let client: ReturnType<typeof createNativeClient>
let count = 0
/** What the server's clock is ahead by each time that it is read. */
let haste = 0
let now = Date.now()
beforeAll(async () => {
  world = await createWorld({ now: () => (now += haste) })
  client = createNativeClient(world.url)
})
afterAll(() => world.close())

function search(id: string, query: Record<string, string> = {}): Promise<Response> {
  return fetch(`${world.url}/share/${id}/search?${new URLSearchParams(query)}`)
}

async function newShare(words: string) {
  const sessionID = `ses_search${++count}`
  const { id, secret } = (await client.create(sessionID)).body
  const { session, user, text } = itemsOf(sessionID)
  await client.sync(id, secret, [session(), user("msg_1"), text("msg_1", "prt_1", words)])
  return { id, secret, sessionID }
}

describe("the page", () => {
  test("[H1] finds what is folded and what subagents said, by message, with links to where it stands", async () => {
    const { id, secret } = (await client.create(ROOT)).body
    await client.sync(id, secret, kitchenSink())
    const response = await search(id, { q: "cap" })
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      "content-type": "text/html; charset=utf-8",
      "cache-control": "no-store",
      "x-robots-tag": "noindex",
      "content-security-policy": expect.stringContaining("form-action 'self'"),
    })
    const html = await response.text()
    expect(html).toContain('<meta name="robots" content="noindex">')
    expect(html).toContain(
      `<form class="search-line" role="search" method="get" action="/share/${id}/search">`,
    )
    expect(html).toContain('name="q" value="cap"')
    expect(html).toMatch(/<p class="count" role="status">\d+ parts<\/p>/)
    expect(html).toMatch(new RegExp(`href="/share/${id}#prt_\\w+"><span class="place">Thought</span>`))
    expect(html).toMatch(new RegExp(`href="/share/${id}/session/ses_4f2c81b0cffeL2m8hZpYd5KcRe#prt_\\w+"`))
    expect(html).toContain("<mark>cap</mark>")
    // Line 400 of an output that the page folds after ten.
    const folded = await (await search(id, { q: '"berth 400 reported"' })).text()
    expect(folded).toContain("<mark>berth 400 reported</mark>")
    const links = [...html.matchAll(/href="(\/share\/[^"#]+)#([^"]+)"/g)].map(([, page, anchor]) => ({
      page,
      anchor,
    }))
    const pages = new Map<string | undefined, string>()
    for (const { page, anchor } of links) {
      if (!pages.has(page)) pages.set(page, await (await fetch(`${world.url}${page}`)).text())
      expect(pages.get(page), `${page}#${anchor}`).toContain(`id="${anchor}"`)
    }
    expect(pages.size).toBe(2)
  })

  test("[H1] asks, and says what is too short and what is nowhere", async () => {
    const { id } = await newShare("some words")
    expect(await (await search(id)).text()).toContain("Everything is searched")
    expect(await (await search(id, { q: " x " })).text()).toContain("one letter is everywhere")
    expect(await (await search(id, { q: "Some" })).text()).toContain("Nothing here has Some. Capitals count")
    expect(await (await search(id, { q: "other" })).text()).toContain("Nothing here has other.</p>")
  })

  test("[H2] what is hostile in a query or a share stays text", async () => {
    const hostile = `<img src=x onerror=alert(1)>"'&\u202e`
    const { id } = await newShare(`needle ${hostile}`)
    for (const q of ["needle", hostile, `needle ${hostile}`, "</title><script>", '"><script>']) {
      const html = await (await search(id, { q })).text()
      expect(html).not.toMatch(/<img|<script>|\u202e/)
      expect(html).not.toMatch(/value="[^"]*<|value=""?>/)
    }
    const html = await (await search(id, { q: "<img" })).text()
    expect(html).toContain("<mark>&lt;img</mark> src=x onerror=alert(1)&gt;&quot;&#39;&amp;⟨U+202E⟩")
  })

  test("[H2] a query is bounded", async () => {
    const { id } = await newShare("x".repeat(300))
    expect((await search(id, { q: "x".repeat(LIMITS.searchChars) })).status).toBe(200)
    expect((await search(id, { q: "x".repeat(LIMITS.searchChars + 1) })).status).toBe(400)
  })

  test("[H2] so is what it shows", async () => {
    const sessionID = `ses_search${++count}`
    const { id, secret } = (await client.create(sessionID)).body
    const { session, user, text } = itemsOf(sessionID)
    const parts = Array.from({ length: 230 }, (_, at) => text("msg_1", `prt_${1000 + at}`, `word ${at}`))
    await client.sync(id, secret, [session(), user("msg_1"), ...parts])
    const html = await (await search(id, { q: "word" })).text()
    expect(html.match(/class="hit"/g)).toHaveLength(200)
    expect(html).toContain("230 parts")
    expect(html).toContain("and 30 more parts")
  })

  test("[H3] one that takes too long ends with what it has found, and says so", async () => {
    const { id, secret, sessionID } = await newShare("needle")
    await client.sync(id, secret, [itemsOf(sessionID).text("msg_1", "prt_2", "y".repeat(300_000))])
    haste = 11_000
    const [found, none] = await Promise.all([
      search(id, { q: "needle" }).then((answer) => answer.text()),
      search(id, { q: "missing" }).then((answer) => answer.text()),
    ])
    haste = 0
    for (const html of [found, none]) expect(html).toContain("takes too long")
    expect(found).toContain("<mark>needle</mark>")
    expect(none).not.toContain("Nothing here has")
  })

  test("[H4] what is not there, gone or encrypted", async () => {
    const { id, secret } = await newShare("words")
    expect((await search("nothing_here", { q: "words" })).status).toBe(404)
    expect((await search(id, { q: "words" })).status).toBe(200)
    await client.remove(id, secret)
    for (const q of ["words", ""]) expect((await search(id, { q })).status).toBe(410)
    const sealed = await createEncryptedShare(world.url, "ses_sealed_search")
    await sealed.sync([itemsOf("ses_sealed_search").session()])
    const answer = await search(sealed.id, { q: "words" })
    expect([answer.status, answer.headers.get("cache-control")]).toEqual([200, "no-store"])
    expect(await answer.text()).toContain("this server cannot search it")
  })
})

describe("turns", () => {
  test("[H3] two at once, others wait in order, and too many are sent away", async () => {
    const turns = createTurns({ atOnce: 2, maxWaiting: 2, what: "searches" })
    const order: string[] = []
    const begin = async (name: string) => {
      const end = await turns.begin()
      order.push(name)
      return end
    }
    const [first, second] = [await begin("first"), await begin("second")]
    const [third, fourth] = [begin("third"), begin("fourth")]
    await expect(begin("fifth")).rejects.toMatchObject({ code: "unavailable" })
    expect(order).toEqual(["first", "second"])
    first()
    // Ending twice gives no turn away.
    first()
    const endThird = await third
    expect(order).toEqual(["first", "second", "third"])
    second()
    const endFourth = await fourth
    expect(order).toEqual(["first", "second", "third", "fourth"])
    endThird()
    endFourth()
    const ends = [await turns.begin(), await turns.begin()]
    const waiting = [turns.begin(), turns.begin()]
    await expect(turns.begin()).rejects.toMatchObject({ status: 503 })
    for (const end of ends) end()
    for (const one of waiting) (await one)()
  })
})
