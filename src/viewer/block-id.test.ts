import { expect, test } from "vitest"
import { blockID, nestedPartID } from "./block-id.ts"

test("OpenCode's ids are the permalinks, letter by letter", () => {
  expect(blockID("message", "msg_1fbee3ec9001yc56JgX4O4Bh2y")).toBe("msg_1fbee3ec9001yc56JgX4O4Bh2y")
  expect(blockID("part", "prt_a1")).toBe("prt_a1")
  expect(blockID("session", "ses_a1")).toBe("ses_a1")
})

test("No id of a share can name an element of the page", () => {
  const hostile = [
    "summary",
    "log",
    "page",
    "live",
    "msg_a.head",
    "msg_a.parts",
    "m-summary",
    "prt_a",
    "changes",
  ]
  const made = hostile.map((id) => blockID("message", id))
  for (const id of made) expect(id).toMatch(/^m-[A-Za-z0-9_:-]+$/)
  expect(new Set(made).size).toBe(hostile.length)
})

test("Different ids never become one", () => {
  const ids = ["a.b", "a:b", "a:2e:b", "a b", "a-b"].map((id) => blockID("part", id))
  expect(new Set(ids).size).toBe(ids.length)
})

test("A part that shares its id with another has its message's id too", () => {
  expect(nestedPartID("msg_b", "prt_a")).toBe("p-msg_b:prt_a")
})
