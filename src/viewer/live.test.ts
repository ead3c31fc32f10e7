import { readFileSync } from "node:fs"
import fc from "fast-check"
import { expect, test } from "vitest"
import { kitchenSink, ROOT } from "../../test/fixtures/viewer/kitchen-sink.ts"
import { applyToTree, findNode, type Node, parseTree } from "../../test/fixtures/viewer/tree.ts"
import type { Document } from "../protocol/document.ts"
import { createFold } from "../protocol/fold.ts"
import type { Item } from "../protocol/item.ts"
import { outline, renderChanges } from "./live.ts"
import { renderSharePage } from "./page.ts"

const context = { shareID: "share000", assets: { script: "/s.js", style: "/s.css" } }
const share = {
  id: "share000",
  revision: 1,
  createdAt: "2026-10-14T08:12:00.000Z",
  updatedAt: "2026-10-14T08:12:00.000Z",
}

function pageOf(document: Document): Node {
  const page = findNode(
    parseTree([...renderSharePage({ share, document, context, baseUrl: "https://x.dev" })].join("")),
    "page",
  )
  if (!page) throw new Error("no page")
  return page
}

/** A page that is kept in step by changes alone, and compared with a fresh one after each. */
function follow(root: string, batches: Iterable<Item[]>): number[] {
  const state = createFold(root)
  const page = pageOf(state.document())
  let shown = outline(state.document())
  const counts: number[] = []
  for (const batch of batches) {
    const changed = state.apply(batch)
    const document = state.document()
    const { ops, outline: next } = renderChanges({ before: shown, document, changed, context })
    applyToTree({ open: "", id: undefined, children: [page] }, ops)
    expect(page).toEqual(pageOf(document))
    expect([...next]).toEqual([...outline(document)])
    shown = next
    counts.push(ops.length)
  }
  return counts
}

const RECORDED = "ses_e0411c22dffeowc7ZskwPiINoM"
const recorded = () =>
  JSON.parse(
    readFileSync(new URL("../../test/fixtures/viewer/batches.json", import.meta.url), "utf8"),
  ) as Item[][]

test("A recorded session, followed live, ends as the page that it is", () => {
  const counts = follow(RECORDED, recorded())
  expect(counts).toHaveLength(recorded().length)
})

test("A commit that changes nothing sends nothing", () => {
  const state = createFold(RECORDED)
  for (const batch of recorded()) state.apply(batch)
  const document = state.document()
  expect(renderChanges({ before: outline(document), document, changed: new Set(), context }).ops).toEqual([])
})

test("A part that grows is one change", () => {
  const state = createFold(ROOT)
  state.apply(kitchenSink())
  const before = outline(state.document())
  const part = state.document().messages[1]?.parts.find(({ type }) => type === "text")
  const changed = state.apply([{ type: "part", data: { ...part, text: "longer" } }])
  const { ops } = renderChanges({ before, document: state.document(), changed, context })
  expect(ops.map(({ id }) => id)).toEqual([part?.id])
})

test("The first words take the place of the waiting", () => {
  const state = createFold(ROOT)
  const before = outline(state.document())
  const changed = state.apply([{ type: "message", data: { id: "msg_a", sessionID: ROOT, role: "user" } }])
  const { ops } = renderChanges({ before, document: state.document(), changed, context })
  expect(ops[0]).toEqual({ op: "remove", id: "waiting" })
  expect(ops.at(-1)).toMatchObject({ op: "put", id: "msg_a.turn", parent: "log", after: null })
})

test("Undo, redo and hiding are followed", () => {
  const state = createFold(ROOT)
  state.apply(kitchenSink())
  const { messages, session } = state.document()
  const at = (index: number) => messages[index]
  const revert = (messageID: string | undefined, partID?: string): Item => ({
    type: "session",
    data: { ...session, revert: { messageID, ...(partID && { partID }) } },
  })
  const ref = { id: at(2)?.info.id, sessionID: ROOT }
  const part = at(1)?.parts[2]
  const counts = follow(ROOT, [
    kitchenSink(),
    [revert(at(4)?.info.id)],
    [revert(at(1)?.info.id, part?.id)],
    [{ type: "session", data: session }],
    [{ type: "message_hidden", data: ref }],
    [{ type: "part_hidden", data: part }],
    [{ type: "message", data: at(2)?.info }],
    [{ type: "part", data: part }],
    [{ type: "part_removed", data: part }],
    [{ type: "message_removed", data: ref }],
  ])
  expect(Math.min(...counts)).toBeGreaterThan(0)
})

test("Whatever arrives in whatever order, the live page is the fresh page", () => {
  const everything = kitchenSink()
  const pick = fc.nat({ max: everything.length - 1 })
  const message = fc.constantFrom("msg_a", "msg_b", "summary", "msg_a.head")
  const part = fc.constantFrom("prt_a", "prt_b", "log")
  const owner = fc.constantFrom(ROOT, "ses_kid", "ses_grandkid")
  const made: fc.Arbitrary<Item> = fc.oneof(
    pick.map((index) => everything[index] ?? { type: "x", data: {} }),
    fc
      .record({
        id: message,
        sessionID: owner,
        role: fc.constantFrom("user", "assistant", "x"),
        created: fc.nat(5),
      })
      .map(({ created, ...data }) => ({ type: "message", data: { ...data, time: { created } } })),
    fc
      .record({ id: part, messageID: message, sessionID: owner, text: fc.constantFrom("a", "b") })
      .map((data) => ({ type: "part", data: { ...data, type: "text" } })),
    fc.record({ id: part, messageID: message, sessionID: owner }).map((data) => ({
      type: "part",
      data: {
        ...data,
        type: "tool",
        tool: "task",
        state: { status: "completed", metadata: { sessionId: "ses_kid" } },
      },
    })),
    fc
      .record({ id: owner, directory: fc.constantFrom(undefined, "/a", "/b"), revert: fc.option(message) })
      .map(({ revert, ...data }) => ({
        type: "session",
        data: { ...data, ...(revert && { revert: { messageID: revert } }) },
      })),
    fc
      .record({ id: fc.constantFrom("ses_kid", "ses_grandkid"), parentID: owner })
      .map((data) => ({ type: "session", data })),
    fc.record({ id: message, sessionID: owner }).map((data) => ({ type: "message_removed", data })),
    fc.record({ id: message, sessionID: owner }).map((data) => ({ type: "message_hidden", data })),
    fc
      .record({ id: part, messageID: message, sessionID: owner })
      .map((data) => ({ type: "part_removed", data })),
    fc
      .record({ id: part, messageID: message, sessionID: owner })
      .map((data) => ({ type: "part_hidden", data })),
    fc
      .constantFrom([], [{ file: "a.ts", patch: "@@ -1 +1 @@\n-a\n+b" }])
      .map((data) => ({ type: "session_diff", data })),
    fc
      .constantFrom("One", "Two")
      .map((name) => ({ type: "model", data: [{ id: "claude-sonnet-4-5", name }] })),
    fc.record({ id: fc.constantFrom("x", "y"), n: fc.nat(2) }).map((data) => ({ type: "strange", data })),
  )
  fc.assert(
    fc.property(fc.array(fc.array(made, { minLength: 1, maxLength: 4 }), { maxLength: 8 }), (batches) => {
      follow(ROOT, batches)
    }),
    { numRuns: 400 },
  )
})
