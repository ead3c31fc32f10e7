import { expect, test } from "vitest"
import { readRetryAfter } from "./call.ts"
import { CallError } from "./call-error.ts"
import { retryDelay, verdictOf } from "./retry.ts"

test("waits double from half a second to five minutes, half of it by chance, and never less than the server asks", () => {
  expect([1, 2, 3, 4].map((failures) => retryDelay(failures, 0))).toEqual([500, 1_000, 2_000, 4_000])
  expect([1, 2, 3, 4].map((failures) => retryDelay(failures, 0.999))).toEqual([999.5, 1_999, 3_998, 7_996])
  expect(retryDelay(50, 0)).toBe(150_000)
  expect(retryDelay(5_000, 0.5)).toBe(225_000)
  expect(retryDelay(1, 0, 30_000)).toBe(30_000)
  expect(retryDelay(1, 0, 24 * 3_600_000)).toBe(300_000)
})

test("Retry-After is seconds or a date", () => {
  const now = Date.parse("2026-11-21T10:00:00Z")
  expect(readRetryAfter("7", now)).toBe(7_000)
  expect(readRetryAfter("Sat, 21 Nov 2026 10:01:00 GMT", now)).toBe(60_000)
  for (const nothing of [null, "", "soon", "Sat, 21 Nov 2020 10:01:00 GMT"])
    expect(readRetryAfter(nothing, now)).toBeUndefined()
})

test.each([
  [{ code: "rate_limited" }, "again"],
  [{ code: "unavailable" }, "again"],
  [{ code: "unauthorized" }, "again"],
  [{ code: "conflict" }, "anew"],
  [{ code: "gone" }, "never"],
  [{ code: "too_large" }, "never"],
  [{ code: "quota_exceeded" }, "again"],
] as const)("a refusal with %j: %s", (details, verdict) => {
  expect(verdictOf(new CallError("refused", "", details))).toBe(verdict)
})

test.each([
  ["store", 403, "anew"],
  ["store", 404, "anew"],
  ["store", 429, "again"],
  ["store", 503, "again"],
  ["store", undefined, "again"],
  ["unreachable", undefined, "again"],
  ["not_api", 200, "again"],
] as const)("%s %s: %s", (failure, status, verdict) => {
  expect(verdictOf(new CallError(failure, "", { status }))).toBe(verdict)
})
