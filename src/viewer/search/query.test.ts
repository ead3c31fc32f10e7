import { expect, test } from "vitest"
import { readQuery } from "./query.ts"

test.each<[typed: string, terms: string[] | undefined]>([
  ["two words", ["two", "words"]],
  ['  "two  words" third ', ["two words", "third"]],
  ['"still typing', ["still typing"]],
  ['say "x" "', ["say", "x", '"']],
  ['"type":"error"', ['"type":"error"']],
  ["Case Counts case", ["Case", "Counts", "case"]],
  ["again AGAIN", ["again", "AGAIN"]],
  ["again again", ["again"]],
  ["a\x00b\x1b[31mc\td", ["abc", "d"]],
  ["half \ud83d here", ["half", "here"]],
  ["é", ["é"]],
  ["a b", undefined],
  ["", undefined],
  ['" "', undefined],
])("%j looks for %j", (typed, terms) => {
  expect(readQuery(typed)?.terms).toEqual(terms)
})
