import fc from "fast-check"
import { expect, test, vi } from "vitest"
import { readPattern } from "./pattern.ts"
import { createHitFinder } from "./pattern-hits.ts"

function hits(source: string, line: string): string[] | undefined {
  const pattern = readPattern(source)
  return pattern && createHitFinder(pattern)(line).map(({ start, end }) => line.slice(start, end))
}

test.each([
  ["drain\\(", "await drain(jobs)", ["drain("]],
  ["TODO|FIXME", "TODO and FIXME", ["TODO", "FIXME"]],
  ["(get|set)[A-Z]\\w+", "getName setAge", ["getName", "setAge"]],
  ["\\bfn\\b", "fn fnord fn", ["fn", "fn"]],
  ["log.*Error", "x logs an Error here", ["logs an Error"]],
  ['".+?"', '"a" "b"', ['"a"', '"b"']],
  ["^export (default )?function", "export function a", ["export function"]],
  ["[^a-c\\]]{2}", "abxyc]dz", ["xy", "dz"]],
  ["(?i)Harbour", "HARBOUR harbour", ["HARBOUR", "harbour"]],
  ["(?:ab)+$", "ab abab", ["abab"]],
  ["colou?r", "color colour", ["color", "colour"]],
  ["x{2,3}", "x xx xxxx", ["xx", "xxx"]],
  ["a*", "baab", ["aa"]],
])("The hits of %s are found", (source, line, expected) => {
  expect(hits(source, line)).toEqual(expected)
})

test.each([
  "(?=a)b",
  "(a",
  "a)",
  "[a",
  "*a",
  "a**",
  "\\p{L}",
  "(?P<n>a)",
  "[[:alpha:]]",
  "[a&&b]",
  "a{9999}",
  "\\",
  "x".repeat(500),
  `[${"\\w".repeat(17)}]`,
])("What we do not read has no hits: %s", (source) => {
  expect(readPattern(source)).toBeUndefined()
})

test.each([
  ["(a+)+$", `${"a".repeat(399)}!`],
  ["(a|a)*b", "a".repeat(400)],
  ["(.*)(.*)(.*)(.*)(.*)x", "a".repeat(400)],
  ["((((a*)*)*)*)*b", "a".repeat(400)],
  ["((){999}){999}", "a".repeat(400)],
  ["(a?){999}", "a".repeat(400)],
])("A pattern made to take for ever (%s) ends", (source, line) => {
  const pattern = readPattern(source)
  if (!pattern) throw new Error("not read")
  const find = createHitFinder(pattern)
  // Without a limit a single line takes longer than the test may.
  for (let at = 0; at < 1000; at++) expect(find(line).length).toBeLessThanOrEqual(40)
})

test("A class counts for each of its items on each letter", () => {
  const pattern = readPattern(`[^${"\\w".repeat(15)}]{400}x`)
  if (!pattern) throw new Error("not read")
  const find = createHitFinder(pattern)
  const tests = vi.spyOn(RegExp.prototype, "test")
  for (let at = 0; at < 1000; at++) find("-".repeat(400))
  const count = tests.mock.calls.length
  tests.mockRestore()
  expect(count).toBeGreaterThan(100_000)
  expect(count).toBeLessThan(200_000)
})

test("What is found is what the engine finds, for patterns that are harmless", () => {
  const atom = fc.constantFrom("a", "b", ".", "[ab]", "\\w", "(a|b)", "(?:ab)", "\\b", "c")
  const repeat = fc.constantFrom("", "", "*", "+", "?", "{1,2}", "+?")
  const part = fc.tuple(atom, repeat).map(([one, times]) => (one === "\\b" ? one : one + times))
  const source = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join(""))
  const line = fc.string({ unit: fc.constantFrom("a", "b", "c", " "), maxLength: 10 })
  fc.assert(
    fc.property(source, line, (made, text) => {
      const expected = [...text.matchAll(new RegExp(made, "g"))].map((match) => match[0]).filter(Boolean)
      expect(hits(made, text)).toEqual(expected)
    }),
    { numRuns: 2000 },
  )
})
