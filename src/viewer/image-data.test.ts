import { expect, test } from "vitest"
import { followable, hostOf, isRasterData } from "./image-data.ts"

test.each(["png", "jpeg", "jpg", "gif", "webp", "avif"])("A picture of type %s may be shown", (type) => {
  expect(isRasterData(`data:image/${type};base64,AAAA`)).toBe(true)
})

test.each([
  "data:image/svg+xml;base64,AAAA",
  "data:image/png,<svg onload=alert(1)>",
  'data:image/png;base64,AAAA"onerror=alert(1)',
  "data:text/html;base64,AAAA",
  "https://x.dev/a.png",
])("%s may not", (url) => {
  expect(isRasterData(url)).toBe(false)
})

test("Only web and mail addresses may be followed", () => {
  expect(followable("https://x.dev")).toBe("https://x.dev")
  expect(followable("mailto:a@x.dev")).toBe("mailto:a@x.dev")
  for (const url of ["javascript:1", " https://x.dev", "ftp://x.dev", "//x.dev", "/x", "https:///"]) {
    expect(followable(url)).toBeUndefined()
  }
})

test("A host is named without the credentials before it", () => {
  expect(hostOf("https://bank.com@evil.dev/a")).toBe("evil.dev")
})
