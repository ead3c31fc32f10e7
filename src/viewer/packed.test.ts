import { expect, test } from "vitest"
import { subagents, TREE_ROOT } from "../../test/fixtures/viewer/subagents.ts"
import { streamedSession } from "../../test/streamed-session.ts"
import { createFold } from "../protocol/fold.ts"
import type { Item } from "../protocol/item.ts"
import { renderExport } from "./export/export.ts"
import { isLean } from "./lean.ts"
import { outline, renderChanges } from "./live.ts"
import { renderSharePage } from "./page.ts"

const context = { shareID: "share000", assets: { script: "/s.js", style: "/s.css" } }
const at = "2026-10-14T08:12:00.000Z"
const share = { id: "share000", revision: 1, createdAt: at, updatedAt: at }

function longFold(messages: number) {
  const fold = createFold(TREE_ROOT)
  // A subagent in the midst, as what is packed must never hold what is packed.
  fold.apply(subagents())
  for (const batch of streamedSession({ sessionID: TREE_ROOT, messages, partBytes: messages * 400 }))
    fold.apply(batch)
  return fold
}

const pageOf = (fold: ReturnType<typeof longFold>) =>
  [...renderSharePage({ share, document: fold.document(), context, baseUrl: "https://x.dev" })].join("")

test("a page is lean from some hundred parts on, and no sooner", () => {
  expect(isLean(longFold(60).document())).toBe(false)
  expect(isLean(longFold(300).document())).toBe(true)
  expect(pageOf(longFold(60))).not.toContain("<noscript>")
})

test("turns in the middle are packed, never one within another, and the first and last two are not", () => {
  const page = pageOf(longFold(300))
  const pieces = page.split(/(<\/?noscript>)/)
  const marks = pieces.filter((_, index) => index % 2 === 1)
  expect(marks.length).toBeGreaterThan(20)
  expect(marks.every((mark, index) => mark === (index % 2 === 0 ? "<noscript>" : "</noscript>"))).toBe(true)
  const packed = [...page.matchAll(/id="(msg_\w+)\.turn\.work\.log"><p class="packed/g)].map(([, id]) => id)
  const { messages } = longFold(300).document()
  const prompts = messages.filter(({ info }) => info.role === "user").map(({ info }) => info.id)
  expect(packed).toEqual(prompts.slice(2, -2))
})

test("nothing that a share says can end what is packed", () => {
  const fold = longFold(300)
  const attack = "</noscript><script>alert(1)</script><noscript>"
  const parts = [...fold.items()].filter(({ type }) => type === "part")
  fold.apply(
    parts.map(
      ({ data }): Item => ({ type: "part", data: { ...(data as object), text: attack, tool: attack } }),
    ),
  )
  const page = pageOf(fold)
  expect(page.match(/<noscript>/g)?.length).toBe(page.match(/<\/noscript>/g)?.length)
  expect(page).not.toContain("<script>alert")
})

test("what a file holds is all of it, with a policy that lets nothing else in", () => {
  const fold = longFold(300)
  const assets = { style: "body{}", styleHash: "c3R5bGU=", script: "void 0", scriptHash: "c2NyaXB0" }
  const file = [...renderExport({ share, document: fold.document() }, assets)].join("")
  expect(file).not.toContain('class="more"')
  expect(file).toContain("step-start")
  const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/
    .exec(file)?.[1]
    ?.replaceAll("&#39;", "'")
  expect(policy?.split("; ")).toEqual([
    "default-src 'none'",
    "img-src data:",
    "style-src 'sha256-c3R5bGU='",
    "script-src 'sha256-c2NyaXB0'",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types better-share",
  ])
  expect(file.match(/<script/g)).toHaveLength(1)
})

test("a change of one turn sends that turn's line and its row in the list, not the list", () => {
  const fold = longFold(300)
  const before = outline(fold.document())
  const { messages } = fold.document()
  const message = messages[150]
  const call = {
    id: "prt_zz",
    messageID: message?.info.id,
    sessionID: TREE_ROOT,
    type: "tool",
    tool: "bash",
    state: { status: "error", input: {}, error: "no" },
  }
  const changed = fold.apply([{ type: "part", data: call }])
  const { ops } = renderChanges({ before, document: fold.document(), changed, context })
  const puts = ops.map(({ id }) => id).filter((id) => id !== "summary")
  expect(puts).toHaveLength(3)
  expect(puts).toEqual(
    expect.arrayContaining(["prt_zz", expect.stringMatching(/\.row$/), expect.stringMatching(/\.line$/)]),
  )
})
