import { expect, test } from "vitest"
import { itemsOf } from "../../../test/items.ts"
import { createMachine } from "../../host/machine.ts"
import type { Item } from "../../protocol/item.ts"
import { beginBatch, createVersions, prepare, record, type Versions } from "./versions.ts"

const root = "ses_root"
const machine = createMachine()
const { session, user, assistant, text } = itemsOf(root)

function versionsOf(items: Item[]): Versions {
  const versions = createVersions(root)
  for (const item of items) record(versions, [prepare(item, root, machine)])
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

const removal = (id: string, more = {}): Item => ({
  type: "message_removed",
  data: { id, sessionID: root, ...more },
})

test("a removal said again is stored when what it names has come back, and only then", () => {
  const before = versionsOf([user("m"), text("m", "p", "a"), removal("m")])
  expect(changed([removal("m")], before)).toEqual([])
  expect(changed([user("m"), removal("m"), removal("m")], before)).toEqual([user("m"), removal("m")])
  expect(changed([text("m", "q", "b"), removal("m")], before)).toHaveLength(2)
})

test("[M1] a batch counts what is there when it ends, as items that are taken in one by one", () => {
  const partRemoval: Item = { type: "part_removed", data: { id: "p", messageID: "m", sessionID: root } }
  const items = [
    ...[user("m"), text("m", "p", "a"), text("m", "q", "b"), removal("m")],
    ...[user("m"), text("m", "p", "c"), user("n"), text("n", "p", "d"), partRemoval],
  ]
  const together = createVersions(root)
  record(
    together,
    items.map((item) => prepare(item, root, machine)),
  )
  const oneByOne = versionsOf(items)
  expect(together.metadata).toEqual(oneByOne.metadata)
  expect(together.items).toEqual(oneByOne.items)
  expect(together.metadata).toMatchObject({ messages: 2, parts: 1 })
  const batch = beginBatch(together)
  for (const id of ["m", "n"]) batch.admit(prepare(removal(id), root, machine))
  expect(batch.metadata).toMatchObject({ messages: 0, parts: 0 })
  // Until it is settled, nothing has changed.
  expect(together.metadata).toMatchObject({ messages: 2, parts: 1 })
  expect(changed([user("m")], together)).toEqual([])
})

/** Counts how many keys are taken from a collection one after the other, rather than by name. */
function countVisits(collection: Map<string, unknown> | Set<string>): () => number {
  let visits = 0
  const walk = collection.keys.bind(collection)
  function* counted() {
    for (const key of walk()) {
      visits++
      yield key
    }
  }
  Object.assign(collection, { keys: counted, [Symbol.iterator]: counted })
  return () => visits
}

test("[L1] removals visit what they name, and each part once", () => {
  const before = Array.from({ length: 1_000 }, (_, i) => [user(`m${i}`), text(`m${i}`, "p", "a")]).flat()
  const versions = versionsOf([
    ...before,
    ...Array.from({ length: 1_000 }, (_, i) => text("m", `p${i}`, "a")),
  ])
  const visits = [versions.items, versions.partsOf.get("m") ?? new Set<string>()].map(countVisits)
  const batch = beginBatch(versions)
  for (let i = 0; i < 1_000; i++) {
    batch.admit(prepare(removal(`m${i}`), root, machine))
    batch.admit(prepare(removal("m", { i }), root, machine))
    expect(batch.metadata).toMatchObject({ messages: 999 - i, parts: 999 - i })
  }
  batch.settle(1)
  expect(visits.map((count) => count())).toEqual([0, 1_000])
})

test("[L1] 100,000 removals take seconds at most, together or one by one", () => {
  const ids = Array.from({ length: 100_000 }, (_, i) => `m${i}`)
  const items = [...ids.map((id) => user(id)), ...ids.map((id) => removal(id))]
  const prepared = items.map((item) => prepare(item, root, machine))
  const together = createVersions(root)
  record(together, prepared)
  const oneByOne = createVersions(root)
  for (const each of prepared) record(oneByOne, [each])
  for (const { metadata } of [together, oneByOne]) expect(metadata.messages).toBe(0)
}, 20_000)

/** What a batch hides when it is complete. */
function hiddenBy(items: Item[], versions: Versions): Item[] {
  const batch = beginBatch(versions)
  for (const item of items) batch.admit(prepare(item, root, machine))
  return batch.hidden()
}

const undone = session({ revert: { messageID: "m2" } })
const history = [
  user("m1", 1),
  text("m1", "p1", "a"),
  user("m2", 2),
  text("m2", "p2", "b"),
  assistant("m3", 3),
]

test("[U2] a prompt after an undo hides what the undo hid", () => {
  const hidden = hiddenBy([session(), user("m4", 4)], versionsOf([...history, undone]))
  expect(hidden).toEqual(
    ["m2", "m3"].map((id) => ({ type: "message_hidden", data: { id, sessionID: root } })),
  )
})

test("[U2] with a part id the parts before it and the message stay", () => {
  const partly = session({ revert: { messageID: "m2", partID: "p2" } })
  const before = versionsOf([...history, text("m2", "p1", "kept"), partly])
  const hidden = hiddenBy([session(), user("m4", 4)], before)
  expect(hidden).toEqual([
    { type: "part_hidden", data: { id: "p2", messageID: "m2", sessionID: root } },
    { type: "message_hidden", data: { id: "m3", sessionID: root } },
  ])
})

test("[U2] nothing is hidden without an undo before, without its end, or without a new prompt", () => {
  expect(hiddenBy([session(), user("m4", 4)], versionsOf(history))).toEqual([])
  expect(hiddenBy([undone, user("m4", 4)], versionsOf([...history, undone]))).toEqual([])
  expect(hiddenBy([session(), user("m2", 2)], versionsOf([...history, undone]))).toEqual([])
  expect(hiddenBy([session(), assistant("m4", 4)], versionsOf([...history, undone]))).toEqual([])
})

test("[U3] what the same batch brings is not hidden", () => {
  const batch = [session(), user("m4", 4), text("m3", "p9", "late words"), assistant("m3", 33)]
  const hidden = hiddenBy(batch, versionsOf([...history, undone])).map(
    ({ data }) => (data as { id: string }).id,
  )
  expect(hidden).toEqual(["m2"])
})

test("[U2] the messages of subagents are not hidden for the order of their ids", () => {
  const child = itemsOf("ses_child")
  const hidden = hiddenBy([session(), user("m4", 4)], versionsOf([...history, child.user("m9", 9), undone]))
  expect(hidden.map(({ data }) => (data as { id: string }).id)).toEqual(["m2", "m3"])
})

test("the size of a share is that of its last versions", () => {
  const versions = versionsOf([session(), text("m", "p", "a".repeat(1000)), text("m", "p", "b")])
  const lines = [session(), text("m", "p", "b")].map((item) => JSON.stringify(item).length)
  expect(versions.bytes).toBe(lines.reduce((sum, length) => sum + length, 0))
})

test("a hostile revert is no undo", () => {
  for (const revert of [7, "m2", [], {}, { messageID: 3 }]) {
    expect(hiddenBy([session(), user("m4", 4)], versionsOf([...history, session({ revert })]))).toEqual([])
  }
})

test("[L6] behind another node's commit, what lies between is still to be read", () => {
  const versions = versionsOf([])
  const batch = beginBatch(versions)
  batch.admit(prepare(text("m", "p", "a"), root, machine))
  batch.settle(2)
  expect(versions.revision).toBe(0)
  const next = beginBatch(versions)
  next.admit(prepare(text("m", "p", "b"), root, machine))
  next.settle(1)
  expect(versions.revision).toBe(1)
})
