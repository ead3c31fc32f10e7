import { expect, test } from "vitest"
import { restrictionsOf } from "../viewer/restrictions.ts"
import { renderBanner } from "./banner.ts"

const facts = { baseUrl: "https://x.dev", sampleUrl: undefined, needsToken: false, version: "1" }

test("A start says which settings keep people out, each in a line", () => {
  const none = renderBanner({ ...facts, restrictions: [] })
  expect(none).not.toContain("=off")
  const restrictions = restrictionsOf({ create: false, nativeDoor: false, locked: true })
  const lines = renderBanner({ ...facts, restrictions }).split("\n")
  for (const { setting, means } of restrictions) {
    expect(lines.filter((line) => line.includes(setting) && line.includes(means))).toHaveLength(1)
  }
  expect(lines.length).toBe(none.split("\n").length + 3)
})
