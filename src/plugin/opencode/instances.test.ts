import { expect, test } from "vitest"
import { enter, roleOf } from "./instances.ts"

test("of two copies the one with options acts; without options the first; two with options clash", () => {
  const scope = {}
  const [plain, other, options, more] = [false, false, true, true].map((hasOptions) => ({ hasOptions }))
  if (!plain || !other || !options || !more) throw new Error("unreachable")
  const leave = enter(scope, "/a", plain)
  expect(roleOf(scope, "/a", plain)).toBe("acts")
  enter(scope, "/a", other)
  expect([plain, other].map((each) => roleOf(scope, "/a", each))).toEqual(["acts", "yields"])
  enter(scope, "/a", options)
  expect([plain, other, options].map((each) => roleOf(scope, "/a", each))).toEqual([
    "yields",
    "yields",
    "acts",
  ])
  const leaveMore = enter(scope, "/a", more)
  expect([plain, options, more].map((each) => roleOf(scope, "/a", each))).toEqual([
    "clashes",
    "clashes",
    "clashes",
  ])
  leaveMore()
  leave()
  expect(roleOf(scope, "/a", options)).toBe("acts")
  // Another project has its own.
  const elsewhere = { hasOptions: false }
  enter(scope, "/b", elsewhere)
  expect(roleOf(scope, "/b", elsewhere)).toBe("acts")
})
