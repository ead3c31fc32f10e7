import { expect, test } from "vitest"
import { readCall } from "./call.ts"
import { quietEnd } from "./quiet-ends.ts"

const end = (error: string, metadata = {}) =>
  quietEnd(readCall({ state: { status: "error", error, metadata } }))

test.each([
  ["The user rejected permission to use this specific tool call.", "rejected"],
  ["Error: The user rejected permission to use this specific tool call. You may try again", "rejected"],
  ["PermissionRejectedError", "rejected"],
  [
    "The user has specified a rule which prevents you from using this specific tool call. Here are [{}]",
    "not allowed",
  ],
  ["The user dismissed this question", "dismissed"],
  ["QuestionRejectedError: The user dismissed this question", "dismissed"],
  ["Tool execution aborted", "stopped"],
])("%s is no failure", (error, status) => {
  expect(end(error)?.status).toBe(status)
})

test("What the user said with a rejection is told", () => {
  const said =
    "The user rejected permission to use this specific tool call with the following feedback: not <b>now</b>"
  expect(end(said)).toEqual({ status: "rejected", says: "The user: not <b>now</b>", told: true })
})

test("An interrupted call was stopped, whatever its error says", () => {
  expect(end("fetch failed", { interrupted: true })?.status).toBe("stopped")
})

test("A failure is a failure, and what is done needs no word", () => {
  expect(end("ENOENT: constructor")).toBeUndefined()
  expect(end("constructor")).toBeUndefined()
  expect(
    quietEnd(readCall({ state: { status: "completed", error: "Tool execution aborted" } })),
  ).toBeUndefined()
})
