import { expect, test } from "vitest"
import { pairRows } from "./split-diff.ts"

test("What was removed stands beside what was added in its place", () => {
  expect(pairRows(["both", "del", "del", "add", "both"])).toEqual([
    [0, 0],
    [1, 3],
    [2, undefined],
    [4, 4],
  ])
})

test("What was only added, or added before something was removed, has nothing beside it", () => {
  expect(pairRows(["add", "del", "add", "add"])).toEqual([
    [undefined, 0],
    [1, 2],
    [undefined, 3],
  ])
  expect(pairRows([])).toEqual([])
})
