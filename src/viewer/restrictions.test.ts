import { expect, test } from "vitest"
import { restrictionsOf } from "./restrictions.ts"

test("Each setting that keeps people from something is told in one sentence, and no other", () => {
  expect(restrictionsOf({ create: true, nativeDoor: true, locked: false })).toEqual([])
  const all = restrictionsOf({ create: false, nativeDoor: false, locked: true })
  expect(all.map(({ setting }) => setting)).toEqual(["CREATE=off", "NATIVE_DOOR=off", "SERVER_PASSWORD"])
  for (const { means } of all) expect(means).toMatch(/^[A-Z][^.]+\.$/)
})
