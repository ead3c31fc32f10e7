import { expect, test } from "vitest"
import { readExpiry, readSpan } from "./expiry.ts"

const NOW = Date.UTC(2026, 0, 1)

test.each([
  ["30m", NOW + 30 * 60_000],
  ["1h", NOW + 3600_000],
  ["7d", NOW + 7 * 24 * 3600_000],
  ["2 w", NOW + 14 * 24 * 3600_000],
  ["7D", NOW + 7 * 24 * 3600_000],
  ["2026-02-28", Date.UTC(2026, 2, 1)],
  ["2026-02-28T12:00Z", Date.UTC(2026, 1, 28, 12)],
  ["2026-02-28T12:00:30+02:00", Date.UTC(2026, 1, 28, 10, 0, 30)],
])("%s", (text, at) => {
  expect(readExpiry(text, NOW)).toEqual({ at })
})

test("never", () => {
  expect(readExpiry("never", NOW)).toEqual({ never: true })
})

test.each([
  "",
  "soon",
  "7",
  "0d",
  "-1d",
  "1.5h",
  "1y",
  "9999999d",
  "2026-02-31",
  "2026-13-01",
  "28.02.2026",
  "2026-02-28T12:00",
  "1".repeat(40),
])("%s is none", (text) => {
  expect(readExpiry(text, NOW)).toBeUndefined()
})

test("a span by itself", () => {
  expect(readSpan("1h")).toBe(3600_000)
  expect(readSpan("2026-02-28")).toBeUndefined()
})
