import { expect, test } from "vitest"
import { itemsOf } from "../../test/items.ts"
import { type Document, visible } from "./document.ts"
import { createFold, fold } from "./fold.ts"
import type { Item } from "./item.ts"

const root = "ses_root"
const { session, user, assistant, text } = itemsOf(root)

function texts(document: Document): string[] {
  return document.messages.flatMap(({ parts }) => parts.map((part) => String(part.text)))
}

test("[I1] the last item of a key wins", () => {
  const document = fold([text("m", "p", "old"), user("m"), text("m", "p", "new")], root)
  expect(texts(document)).toEqual(["new"])
})

test("[I5] messages are ordered by creation time, then id; parts by id", () => {
  const document = fold(
    [user("z", 1), user("b", 5), user("a", 5), text("z", "p2", "two"), text("z", "p1", "one")],
    root,
  )
  expect(document.messages.map(({ info }) => info.id)).toEqual(["z", "a", "b"])
  expect(texts(document)).toEqual(["one", "two"])
})

test("[I5] a part whose message never arrived is under a message of role unknown", () => {
  const document = fold([text("m", "p", "orphan")], root)
  expect(document.messages[0]?.info).toEqual({ id: "m", sessionID: root, role: "unknown" })
  expect(texts(document)).toEqual(["orphan"])
})

test("[I5] child sessions hang off their parents, and their items are theirs", () => {
  const child = itemsOf("ses_child")
  const grandchild = itemsOf("ses_grand")
  const document = fold(
    [
      grandchild.session({ parentID: "ses_child" }),
      child.session({ parentID: root }),
      session(),
      child.user("c1"),
      child.text("c1", "p", "from the child"),
      { type: "session_diff", data: [{ file: "x" }], sessionID: "ses_child" },
    ],
    root,
  )
  expect(document.messages).toEqual([])
  expect(document.children.map(({ sessionID }) => sessionID)).toEqual(["ses_child"])
  expect(document.children[0]?.diffs).toEqual([{ file: "x" }])
  expect(document.children[0]?.children.map(({ sessionID }) => sessionID)).toEqual(["ses_grand"])
  expect(texts(document.children[0] as Document)).toEqual(["from the child"])
})

test("sessions that name each other as parents still make a tree", () => {
  const document = fold(
    [
      itemsOf("ses_a").session({ parentID: "ses_b" }),
      itemsOf("ses_b").session({ parentID: "ses_a" }),
      session(),
    ],
    root,
  )
  const count = (node: Document): number => node.children.reduce((sum, child) => sum + count(child), 1)
  expect(count(document)).toBe(3)
})

test("a chain of subagents too deep to walk hangs off the root", () => {
  const chain = Array.from({ length: 15_000 }, (_, i) =>
    itemsOf(`ses_${i}`).session({ parentID: i === 0 ? root : `ses_${i - 1}` }),
  )
  const count = (node: Document): number => node.children.reduce((sum, child) => sum + count(child), 1)
  const depth = (node: Document): number => 1 + Math.max(0, ...node.children.slice(0, 1).map(depth))
  const document = fold(chain, root)
  expect(count(document)).toBe(15_001)
  expect(depth(document)).toBe(17)
})

test("[U1] a subagent whose task an undo hides is hidden with it", () => {
  const task: Item = {
    type: "part",
    data: {
      id: "p2",
      messageID: "m2",
      sessionID: root,
      type: "tool",
      state: { metadata: { sessionId: "ses_child" } },
    },
  }
  const child = itemsOf("ses_child").session({ parentID: root })
  const items = [user("m1", 1), user("m2", 2), task, child]
  expect(visible(fold([...items, session()], root)).children).toHaveLength(1)
  expect(visible(fold([...items, session({ revert: { messageID: "m2" } })], root)).children).toEqual([])
})

test("[I3] items of unknown types are kept", () => {
  const todo: Item = { type: "todo", data: [{ content: "x" }] }
  expect(fold([todo], root).others).toEqual([todo])
})

test("[I4] a removal takes its message with all parts, or its part", () => {
  const state = createFold(root)
  state.apply([
    user("m"),
    text("m", "p1", "one"),
    text("m", "p2", "two"),
    user("n"),
    text("n", "p3", "three"),
  ])
  const touched = state.apply([
    { type: "message_removed", data: { id: "m", sessionID: root } },
    { type: "part_removed", data: { id: "p3", messageID: "n", sessionID: root } },
  ])
  expect([...touched]).toEqual(["message/m", "part/n/p3"])
  expect([...state.items()]).toEqual([user("n")])
})

test("[I4] what is synced after its removal is there again", () => {
  const removal: Item = { type: "message_removed", data: { id: "m", sessionID: root } }
  expect(
    texts(fold([user("m"), text("m", "p", "x"), removal, user("m"), text("m", "p", "y")], root)),
  ).toEqual(["y"])
})

test("[U1] an undo hides from its message on, and keeps everything in the document", () => {
  const items = [
    user("m1", 1),
    text("m1", "p1", "a"),
    assistant("m2", 2),
    text("m2", "p2", "b"),
    user("m3", 3),
  ]
  const document = fold([...items, session({ revert: { messageID: "m2" } })], root)
  expect(document.messages).toHaveLength(3)
  expect(visible(document).messages.map(({ info }) => info.id)).toEqual(["m1"])
  expect(visible(fold([...items, session()], root)).messages).toHaveLength(3)
})

test("[U1] with a part id the parts before it stay", () => {
  const document = fold(
    [
      user("m1"),
      text("m1", "p1", "a"),
      text("m1", "p2", "b"),
      session({ revert: { messageID: "m1", partID: "p2" } }),
    ],
    root,
  )
  expect(texts(visible(document))).toEqual(["a"])
})

test("[U1] an undo to a message that never arrived cuts where it would stand", () => {
  const document = fold([user("m1"), user("m3", 3), session({ revert: { messageID: "m2" } })], root)
  expect(visible(document).messages.map(({ info }) => info.id)).toEqual(["m1"])
})

test("[I4] what a removal names is not hidden any more", () => {
  const hide: Item[] = [
    { type: "message_hidden", data: { id: "m", sessionID: root } },
    { type: "part_hidden", data: { id: "p", messageID: "m", sessionID: root } },
  ]
  const partRemoved: Item = { type: "part_removed", data: { id: "q", messageID: "m", sessionID: root } }
  const messageRemoved: Item = { type: "message_removed", data: { id: "m", sessionID: root } }
  const items = [user("m"), text("m", "p", "x"), text("m", "q", "y"), ...hide]
  expect([...fold(items, root).hidden]).toEqual(["m", "p"])
  expect([...fold([...items, partRemoved], root).hidden]).toEqual(["p"])
  expect([...fold([...items, messageRemoved], root).hidden]).toEqual([])
})

test("[U3] hidden is not shown, until it is synced again", () => {
  const state = createFold(root)
  state.apply([
    user("m"),
    text("m", "p", "x"),
    { type: "message_hidden", data: { id: "m", sessionID: root } },
  ])
  expect(visible(state.document()).messages).toEqual([])
  expect(state.document().messages).toHaveLength(1)
  state.apply([text("m", "p", "y")])
  expect(texts(visible(state.document()))).toEqual(["y"])
})
