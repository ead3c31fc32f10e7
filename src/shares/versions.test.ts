import { expect, test } from "vitest"
import { itemsOf } from "../../test/items.ts"
import { createMachine } from "../host/machine.ts"
import type { Item } from "../protocol/item.ts"
import { beginBatch, createVersions, inferHidden, prepare, record, type Versions } from "./versions.ts"

const root = "ses_root"
const machine = createMachine()
const { session, user, assistant, text } = itemsOf(root)

function versionsOf(items: Item[]): Versions {
  const versions = createVersions(root)
  for (const item of items) record(versions, prepare(item, root, machine))
  return versions
}

function changed(items: Item[], versions: Versions): Item[] {
  const batch = beginBatch(versions)
  return items.filter((item) => batch.admit(prepare(item, root, machine)))
}

test("[L1] an item equal to its last version is skipped", () => {
  const versions = versionsOf([session(), text("m", "p", "a")])
  expect(changed([session(), text("m", "p", "b"), text("m", "q", "a")], versions)).toEqual([
    text("m", "p", "b"),
    text("m", "q", "a"),
  ])
})

test("[L1] going back within one batch is no skip", () => {
  const versions = versionsOf([text("m", "p", "a")])
  const batch = [text("m", "p", "b"), text("m", "p", "a")]
  expect(changed(batch, versions)).toEqual(batch)
})

test("what was removed and comes back equal is stored again", () => {
  const removal: Item = { type: "message_removed", data: { id: "m", sessionID: root } }
  const before = [user("m"), text("m", "p", "a")]
  expect(changed(before, versionsOf([...before, removal]))).toEqual(before)
  expect(changed([removal, ...before], versionsOf(before))).toEqual([removal, ...before])
})

const undone = session({ revert: { messageID: "m2" } })
const history = [
  user("m1", 1),
  text("m1", "p1", "a"),
  user("m2", 2),
  text("m2", "p2", "b"),
  assistant("m3", 3),
]

test("[U2] a prompt after an undo hides what the undo hid", () => {
  const hidden = inferHidden(versionsOf([...history, undone]), [session(), user("m4", 4)])
  expect(hidden).toEqual(
    ["m2", "m3"].map((id) => ({ type: "message_hidden", data: { id, sessionID: root } })),
  )
})

test("[U2] with a part id the parts before it and the message stay", () => {
  const partly = session({ revert: { messageID: "m2", partID: "p2" } })
  const hidden = inferHidden(versionsOf([...history, text("m2", "p1", "kept"), partly]), [
    session(),
    user("m4", 4),
  ])
  expect(hidden).toEqual([
    { type: "part_hidden", data: { id: "p2", messageID: "m2", sessionID: root } },
    { type: "message_hidden", data: { id: "m3", sessionID: root } },
  ])
})

test("[U2] nothing is hidden without an undo before, without its end, or without a new prompt", () => {
  expect(inferHidden(versionsOf(history), [session(), user("m4", 4)])).toEqual([])
  expect(inferHidden(versionsOf([...history, undone]), [undone, user("m4", 4)])).toEqual([])
  expect(inferHidden(versionsOf([...history, undone]), [session(), user("m2", 2)])).toEqual([])
  expect(inferHidden(versionsOf([...history, undone]), [session(), assistant("m4", 4)])).toEqual([])
})

test("a hostile revert is no undo", () => {
  for (const revert of [7, "m2", [], {}, { messageID: 3 }]) {
    expect(inferHidden(versionsOf([...history, session({ revert })]), [session(), user("m4", 4)])).toEqual([])
  }
})
