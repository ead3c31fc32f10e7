import { expect, test } from "vitest"
import { isRetryable } from "./retryable.ts"

function failure(code: string | undefined, message = "it failed"): Error {
  return Object.assign(new Error(message), code === undefined ? {} : { code })
}

test.each([
  ["08006", "connection failure"],
  ["53300", "too many connections"],
  ["57P01", "shut down by an administrator"],
  ["57P03", "starting up"],
  ["57014", "statement timeout"],
  ["40001", "serialization failure"],
  ["40P01", "deadlock"],
  ["ECONNREFUSED", "nobody listens"],
  ["EAI_AGAIN", "name service away"],
])("%s (%s) passes by itself", (code) => {
  expect(isRetryable(failure(code))).toBe(true)
})

test.each([
  ["23505", "unique violation"],
  ["22P02", "malformed value"],
  ["42P01", "no such table"],
  ["28P01", "wrong password"],
  ["3D000", "no such database"],
  ["DEPTH_ZERO_SELF_SIGNED_CERT", "a certificate that nobody vouches for"],
])("%s (%s) does not", (code) => {
  expect(isRetryable(failure(code))).toBe(false)
})

test("what pg says of a lost connection has no code", () => {
  expect(isRetryable(failure(undefined, "Connection terminated unexpectedly"))).toBe(true)
  expect(isRetryable(failure(undefined, "timeout exceeded when trying to connect"))).toBe(true)
  expect(isRetryable(failure(undefined, "x is not a function"))).toBe(false)
  expect(isRetryable("x")).toBe(false)
})
