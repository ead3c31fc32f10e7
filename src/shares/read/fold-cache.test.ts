import { afterEach, beforeEach, expect, test, vi } from "vitest"
import { createFold } from "../../protocol/fold.ts"
import { createFoldCache, type Folded } from "./fold-cache.ts"

const MiB = 1024 * 1024
const folded = (bytes: number): Folded => ({
  fold: createFold("ses_1"),
  generation: 0,
  redactions: 0,
  revision: 1,
  bytes,
  changes: [],
})

beforeEach(() => {
  vi.useFakeTimers()
})
afterEach(() => {
  vi.useRealTimers()
})

test("the longest unread goes first", () => {
  const cache = createFoldCache()
  for (const name of ["a", "b", "c"]) cache.set(name, folded(20 * MiB))
  cache.set("a", folded(20 * MiB))
  cache.set("d", folded(20 * MiB))
  expect(["a", "b", "c", "d"].filter((name) => cache.get(name))).toEqual(["a", "c", "d"])
})

test("one that is too large stays while readers follow each other, and no longer", () => {
  const cache = createFoldCache()
  cache.set("small", folded(MiB))
  cache.set("large", folded(100 * MiB))
  expect(cache.get("small")).toBeUndefined()
  vi.advanceTimersByTime(9_000)
  cache.set("large", folded(100 * MiB))
  vi.advanceTimersByTime(9_000)
  expect(cache.get("large")).toBeDefined()
  vi.advanceTimersByTime(1_000)
  expect(cache.get("large")).toBeUndefined()
})

test("a small one ends the waiting of a large one", () => {
  const cache = createFoldCache()
  cache.set("large", folded(100 * MiB))
  cache.set("small", folded(MiB))
  expect(cache.get("large")).toBeUndefined()
  vi.advanceTimersByTime(60_000)
  expect(cache.get("small")).toBeDefined()
})
