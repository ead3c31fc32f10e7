import { readFileSync } from "node:fs"
import fc from "fast-check"
import { expect, test } from "vitest"
import type { Document } from "../../protocol/document.ts"
import { createFold } from "../../protocol/fold.ts"
import { renderCard, renderEncryptedCard } from "./card.ts"
import { cardTags } from "./meta.ts"
import { PALETTE } from "./palette.ts"

const SESSION = "ses_1"

interface Told {
  title?: unknown
  prompts?: unknown[]
  models?: unknown[]
  directory?: unknown
  summary?: unknown
}

function documentOf({
  title,
  prompts = [],
  models = [],
  directory = "/home/dev/demo",
  summary,
}: Told): Document {
  const fold = createFold(SESSION)
  const message = (id: string, data: object) => ({
    type: "message" as const,
    data: { id, sessionID: SESSION, time: { created: 1 }, ...data },
  })
  fold.apply([
    { type: "session", data: { id: SESSION, title, directory, summary } },
    ...prompts.flatMap((text, i) => [
      message(`msg_${i}`, { role: "user" }),
      {
        type: "part" as const,
        data: { id: `prt_${i}`, messageID: `msg_${i}`, sessionID: SESSION, type: "text", text },
      },
    ]),
    ...models.map((modelID, i) => message(`msg_a${i}`, { role: "assistant", modelID })),
  ] as never)
  return fold.document()
}

/** All that it says, as a reader sees it. */
function wordsOf(svg: string): string[] {
  const entities: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', "#39": "'" }
  return [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, text = ""]) =>
    text.replace(/&([^;]+);/g, (_, name: string) => entities[name] ?? "?"),
  )
}

test("it tells the title, the first prompt, the project, the turns, the changes and the models", () => {
  const words = wordsOf(
    renderCard(
      documentOf({
        title: "Fix the login",
        prompts: ["## People land on **/404**", "thanks"],
        models: ["first", "second", "first"],
        summary: { files: 2, additions: 14_000, deletions: 3 },
      }),
    ),
  )
  const facts = ["Turns", "2", "Files changed", "2", "+14K", "−3", "Models", "first, second"]
  expect(words).toEqual(["Better Share", "demo", "Fix the login", "People land on /404", ...facts])
})

test("of many models it names the first", () => {
  const words = wordsOf(renderCard(documentOf({ title: "Much", models: ["a", "b", "登录", "d", "e"] })))
  expect(words.slice(3)).toEqual(["Models", "a, b and 3 more"])
})

test("a number of any size is a few characters", () => {
  const summary = { files: 1e308, additions: 12_345_678, deletions: -5 }
  const words = wordsOf(renderCard(documentOf({ title: "Much", summary })))
  expect(words.slice(3)).toEqual(["Files changed", "999B", "+12.3M"])
})

test("a session without a name is called by its first words, and one without words by its project", () => {
  const titleOf = (told: Told) => wordsOf(renderCard(documentOf(told)))[2]
  expect(titleOf({ prompts: ["Say hello"] })).toBe("Say hello")
  expect(titleOf({ title: "New session - 2026-01-02T03:04:05.678Z", prompts: ["Say hello"] })).toBe(
    "Say hello",
  )
  expect(titleOf({ title: "登录后的重定向问题修复", prompts: ["请找出原因"] })).toBe("A session in demo")
  expect(wordsOf(renderCard(documentOf({ directory: "/" })))).toContain("A session with OpenCode")
  expect(wordsOf(renderCard(createFold(SESSION).document()))).toContain("A session is on its way")
  expect(wordsOf(renderEncryptedCard())).toContain("An encrypted session")
})

test("whatever a share says, it is text, of a bounded length, and valid XML", () => {
  const hostile = fc.oneof(
    fc.constantFrom<unknown>(
      "</text><image href='file:///etc/passwd'/>",
      "]]>&xxe;<!--",
      '" onload="x',
      "\0\u202e\ud800\ufffe",
      "W".repeat(100_000),
      "<![CDATA[".repeat(1_000),
      { toString: "x" },
      1e308,
      -1,
      null,
      [[]],
    ),
    fc.string({ unit: "binary" }),
  )
  const shares = fc.record({
    title: hostile,
    prompts: fc.array(hostile, { maxLength: 3 }),
    models: fc.array(hostile, { maxLength: 6 }),
    directory: hostile,
    summary: fc.oneof(hostile, fc.record({ files: hostile, additions: hostile, deletions: hostile })),
  })
  fc.assert(
    fc.property(shares, (told) => {
      const svg = renderCard(documentOf(told))
      expect(svg.length).toBeLessThan(8_000)
      // Nothing but what we draw, and no character that XML 1.0 does not know, which are a parser's to refuse.
      expect(svg.replace(/<\/?(?:svg|rect|path|text)\b[^<>]*>/g, "")).not.toMatch(/[<>]/)
      expect(svg).not.toMatch(/&(?!(?:amp|lt|gt|quot|#39);)/)
      expect(svg).not.toMatch(/[^\n\x20-\x7e\xa0-\ud7ff]/)
      expect(svg).not.toMatch(/<[^>]*\b(?:href|on\w+)=/)
    }),
    { numRuns: 300 },
  )
})

test("its colours are those of the pages", () => {
  const tokens = readFileSync(new URL("../styles/tokens.css", import.meta.url), "utf8")
  for (const [name, colour] of Object.entries(PALETTE)) {
    expect(new RegExp(`--${name}: var\\(--light, (#\\w+)\\)`).exec(tokens)?.[1], name).toBe(colour)
  }
})

test("the tags of a page name the picture by an address of its own for each state", () => {
  const { text } = cardTags({
    baseUrl: "https://share.example",
    shareID: "abc",
    title: `"><script>`,
    description: "words",
    revision: 7,
  })
  expect(text).toContain(`<meta property="og:image" content="https://share.example/share/abc/card.png?v=7">`)
  expect(text).toContain(`<meta name="twitter:card" content="summary_large_image">`)
  expect(text).not.toContain("<script>")
  expect(text).not.toContain("og:url")
})
