import { expect, test } from "vitest"
import { elapsed, formatCost, formatDuration, plural, timeTag } from "./format.ts"

test.each([
  [0, "0 ms"],
  [840, "840 ms"],
  [3400, "3.4 s"],
  [59_960, "1 min"],
  [125_000, "2 min 5 s"],
  [3_600_000, "1 h"],
  [4_320_000, "1 h 12 min"],
])("%i ms read as %s", (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test.each([
  [0, "$0"],
  [0.00001, "< $0.0001"],
  [0.00136, "$0.0014"],
  [0.0504, "$0.050"],
  [0.0514, "$0.051"],
  [0.0996, "$0.10"],
  [0.8127, "$0.81"],
  [12, "$12.00"],
])("A cost of %d reads as %s", (cost, text) => {
  expect(formatCost(cost)).toBe(text)
})

test("One of a thing is not plural", () => {
  expect([plural(1, "line"), plural(1200, "line")]).toEqual(["1 line", "1,200 lines"])
})

test("Times are machine-readable and in UTC", () => {
  expect(timeTag(Date.UTC(2026, 9, 14, 8, 5))?.text).toBe(
    '<time datetime="2026-10-14T08:05:00Z" data-style="moment" title="14 Oct 2026, 08:05 UTC">14 Oct 2026, 08:05 UTC</time>',
  )
})

test("A time that is none is left out", () => {
  for (const time of [undefined, null, "now", Number.NaN, 1e300]) expect(timeTag(time)).toBeUndefined()
})

test("A duration needs a beginning and a later end", () => {
  expect(elapsed({ start: 1, end: 3 })).toBe(2)
  expect(elapsed({ created: 1, completed: 3 })).toBe(2)
  for (const time of [{ start: 3, end: 1 }, { start: 1 }, null, 7]) expect(elapsed(time)).toBeUndefined()
})
