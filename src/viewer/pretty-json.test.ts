import fc from "fast-check"
import { expect, test } from "vitest"
import { prettyJson } from "./pretty-json.ts"

test("Short values stand in a line, longer ones are indented", () => {
  expect(prettyJson({ a: [1, "b"], c: {} })).toBe('{ "a": [1, "b"], "c": {} }')
  expect(prettyJson({ a: "x".repeat(70), b: [1, 2] })).toBe(
    `{\n  "a": "${"x".repeat(70)}",\n  "b": [1, 2]\n}`,
  )
})

test("It is the same value, as JSON", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 20 }), (value) => {
      expect(JSON.stringify(JSON.parse(prettyJson(value)))).toBe(JSON.stringify(value))
    }),
  )
})

test("Nesting that would make megabytes of indentation stays in a line", () => {
  let nested: unknown = "x"
  for (let depth = 0; depth < 4000; depth++) nested = [nested]
  expect(prettyJson(nested).length).toBeLessThan(20_000)
})

test("Nesting that runs out of stack does not throw", () => {
  const nested = JSON.parse("[".repeat(200_000) + "]".repeat(200_000)) as unknown
  expect(prettyJson(nested)).toContain("…")
})
