import fc from "fast-check"
import { expect, test } from "vitest"
import { hasMoreValues, nestsDeeper, weigh } from "./weight.ts"

function count(value: unknown): number {
  if (typeof value !== "object" || value === null) return 1
  return 1 + Object.values(value).reduce((sum: number, inner) => sum + count(inner), 0)
}

test("a JSON text never has more values than are counted, whatever its strings hold", () => {
  fc.assert(
    fc.property(fc.jsonValue({ maxDepth: 6 }), (value) => {
      const json = JSON.stringify(value)
      expect(hasMoreValues(json, count(value) * 2)).toBe(false)
      if (count(value) > 1) expect(hasMoreValues(`${json}${" ".repeat(50)}`, 0)).toBe(true)
    }),
    { numRuns: 500 },
  )
})

test("commas and brackets within strings are no values", () => {
  expect(hasMoreValues(JSON.stringify(`"[,{\\"`.repeat(1000)), 1)).toBe(false)
  expect(hasMoreValues(JSON.stringify(Array(1000).fill([])), 999)).toBe(true)
})

test("small values weigh more than their text", () => {
  const empty = Array(1000).fill([])
  expect(weigh(empty)).toBeGreaterThan(10 * JSON.stringify(empty).length)
  expect(weigh("a".repeat(10_000))).toBeLessThan(10_100)
})

test("depth is counted in levels of objects and arrays", () => {
  expect(nestsDeeper("text", 0)).toBe(false)
  expect(nestsDeeper([[]], 2)).toBe(false)
  expect(nestsDeeper([{ a: [] }], 2)).toBe(true)
})
