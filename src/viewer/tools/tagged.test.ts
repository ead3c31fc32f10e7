import { expect, test } from "vitest"
import { taggedText, withoutTagged } from "./tagged.ts"

test("Text within a tag comes without the line breaks next to the tags", () => {
  expect(taggedText("a <r>\none\ntwo\n</r> b", "r")).toBe("one\ntwo")
  expect(taggedText("<r></r>", "r")).toBe("")
  expect(taggedText("<r>\n</r>", "r")).toBe("")
})

test("A tag that is not there, or not closed, holds nothing", () => {
  expect(taggedText("none", "r")).toBeUndefined()
  expect(taggedText("<r> never closed", "r")).toBeUndefined()
})

test("Many openings are read in one go", () => {
  const text = "<r>".repeat(300_000)
  const start = performance.now()
  expect(taggedText(text, "r")).toBeUndefined()
  expect(performance.now() - start).toBeLessThan(1000)
})

test("A tagged stretch can be left out", () => {
  expect(withoutTagged("keep <m>drop</m> this", "m")).toBe("keep  this")
  expect(withoutTagged("keep <m> this", "m")).toBe("keep <m> this")
})
