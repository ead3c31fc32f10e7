import { expect, test } from "vitest"
import { itemsOf } from "../../test/items.ts"
import type { Document } from "../protocol/document.ts"
import { fold } from "../protocol/fold.ts"
import type { Item } from "../protocol/item.ts"
import { type Range, readRange, sliceDocument } from "./range.ts"

const { session, user, assistant, text } = itemsOf("ses_1")

function task(messageID: string, sessionID: string): Item {
  const state = { status: "completed", metadata: { sessionId: sessionID } }
  return {
    type: "part",
    data: { id: `prt_${sessionID}`, messageID, sessionID: "ses_1", type: "tool", tool: "task", state },
  }
}
const child = (id: string) => itemsOf(id).session({ parentID: "ses_1" })

function documentOf(...more: Item[]): Document {
  const messages = [user("msg_1", 1), assistant("msg_2", 2), user("msg_3", 3), assistant("msg_4", 4)]
  return fold([session(), ...messages, ...more], "ses_1")
}
const idsOf = (document: Document) => document.messages.map(({ info }) => info.id)
const cut = (range: Range, ...more: Item[]) => sliceDocument(documentOf(...more), range)

test("[T4] a range is read from a query, and none where none is asked for", () => {
  expect(readRange({})).toBeUndefined()
  expect(readRange({ from: undefined, to: "msg_2" })).toEqual({ to: "msg_2" })
  expect(readRange({ from: "msg_1", to: "3" })).toEqual({ from: "msg_1", to: "3" })
  expect(() => readRange({ from: "" })).toThrow("from: must be a message's id, such as msg_…, or its number.")
  expect(() => readRange({ to: "<b>" })).toThrow("to: must be a message's id")
})

test("[T4] both ends are included, and are ids or numbers from 1", () => {
  const { document, ...place } = cut({ from: "msg_2", to: "msg_3" })
  expect(idsOf(document)).toEqual(["msg_2", "msg_3"])
  expect(place).toEqual({ first: 2, last: 3, of: 4 })
  expect(idsOf(cut({ from: "2", to: "3" }).document)).toEqual(["msg_2", "msg_3"])
  expect(idsOf(cut({ from: "4" }).document)).toEqual(["msg_4"])
  expect(idsOf(cut({ to: "msg_1" }).document)).toEqual(["msg_1"])
  expect(idsOf(cut({}).document)).toHaveLength(4)
})

test("[T4] an id of digits is an id before it is a number", () => {
  expect(idsOf(cut({ from: "2" }, user("2", 9)).document)).toEqual(["2"])
})

test("[T4] what is not there, and what is the wrong way round, is refused with what would help", () => {
  expect(() => cut({ from: "msg_9" })).toThrow("from: this session shows no message msg_9.")
  expect(() => cut({ to: "5" })).toThrow("to: there is no message 5; this session shows 4.")
  expect(() => cut({ from: "0" })).toThrow("from: there is no message 0")
  expect(() => cut({ from: "3", to: "msg_2" })).toThrow(
    "from is message 3, which stands behind to, message 2",
  )
  expect(() => cut({ from: "msg_9" })).toThrow(expect.objectContaining({ code: "invalid_request" }))
})

test("[T4] subagents come along with the message that started them", () => {
  const items = [
    task("msg_2", "ses_a"),
    task("msg_4", "ses_b"),
    child("ses_a"),
    child("ses_b"),
    child("ses_c"),
  ]
  const children = (range: Range) => cut(range, ...items).document.children.map(({ sessionID }) => sessionID)
  // None names ses_c, so it cannot be told where it belongs.
  expect(children({ to: "2" })).toEqual(["ses_a", "ses_c"])
  expect(children({ from: "3" })).toEqual(["ses_b", "ses_c"])
  expect(children({ from: "3", to: "3" })).toEqual(["ses_c"])
})

test("[T4] a range counts what is shown, and is not cut by the undo again", () => {
  const undone = session({ revert: { messageID: "msg_3" } })
  const { document, of } = sliceDocument(documentOf(undone, text("msg_2", "prt_1", "stays")), { from: "1" })
  expect([idsOf(document), of]).toEqual([["msg_1", "msg_2"], 2])
  expect(document.session).not.toHaveProperty("revert")
  expect(document.session?.title).toBe("A session")
  expect(() => sliceDocument(documentOf(undone), { from: "msg_3" })).toThrow("It may have been undone")
})
