import { expect, test } from "vitest"
import { contrast, luminance, mix, withLightness } from "./colour.ts"

test("Contrast is WCAG's", () => {
  expect(contrast("#000000", "#ffffff")).toBeCloseTo(21)
  // https://webaim.org/resources/contrastchecker/ says 4.54 of this grey.
  expect(contrast("#ffffff", "#767676")).toBeCloseTo(4.54, 2)
  expect(luminance("#ffffff")).toBeCloseTo(1)
})

test("A mixture of nothing is the colour, and of everything the other", () => {
  expect(mix("#88c0d0", "#bf616a", 0)).toBe("#88c0d0")
  expect(mix("#88c0d0", "#bf616a", 1)).toBe("#bf616a")
})

test("Every lightness of a hue can be shown", () => {
  for (let lightness = 0; lightness <= 1; lightness += 0.05) {
    expect(withLightness("#ff0088", lightness)).toMatch(/^#[\da-f]{6}$/)
  }
  expect(luminance(withLightness("#ff0088", 0))).toBeLessThan(0.001)
  expect(luminance(withLightness("#ff0088", 1))).toBeGreaterThan(0.999)
})
